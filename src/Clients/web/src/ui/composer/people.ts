import type { User } from "../../chat/types";
import { matchOf } from "../match";

export const wholeRoom = "room";

/** Those whose name or user name fits, the best first; of equals those who come first. */
export function fitting(people: Iterable<User>, query: string, atMost: number): readonly User[] {
  const places: { readonly user: User; readonly place: number }[] = [];
  for (const user of people) {
    const found = [matchOf(user.displayName, query), matchOf(user.username, query)].filter((place) => place !== null);
    if (user.username !== "" && found.length > 0) {
      places.push({ user, place: Math.min(...found) });
    }
  }
  return places
    .sort((a, b) => a.place - b.place)
    .slice(0, atMost)
    .map(({ user }) => user);
}
