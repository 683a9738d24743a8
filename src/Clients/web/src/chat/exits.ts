import type { Exit } from "./store";
import type { MemberEvent, RoomEvent } from "./types";

export type ExitEvent = MemberEvent & { readonly change: Exit["change"] };

const ways: readonly string[] = ["left", "removed", "banned"] satisfies readonly Exit["change"][];

export const isExit = (event: RoomEvent): event is ExitEvent => event.kind === "member" && ways.includes(event.change);

/** How long news of a lost room waits for the room's own event, in milliseconds. */
const grace = 1_000;

/**
 * News that the user gained or lost a room, upon which the list is fetched again. It comes on another way than the room's own event, which says
 * who took the user out and has the list fetched too: a loss waits for that event a moment, or the page could not say it.
 */
export class Exits {
  readonly #held: (roomId: string) => boolean;
  readonly #refresh: () => void;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(held: (roomId: string) => boolean, refresh: () => void) {
    this.#held = held;
    this.#refresh = refresh;
  }

  changed(roomId: string, change: string): void {
    if (!ways.includes(change)) {
      this.#refresh();
      return;
    }
    clearTimeout(this.#timers.get(roomId));
    this.#timers.set(
      roomId,
      setTimeout(() => {
        this.#timers.delete(roomId);
        if (this.#held(roomId)) {
          this.#refresh();
        }
      }, grace),
    );
  }

  stop(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
  }
}
