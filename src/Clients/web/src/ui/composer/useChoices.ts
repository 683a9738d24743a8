import { useCallback, useEffect, useMemo } from "react";
import type { RoomState } from "../../chat/store";
import type { User } from "../../chat/types";
import { useChat, useChatState } from "../context";
import { useEmoji } from "../emoji/data";
import { emojiOfCode, findEmoji, type Emoji } from "../emoji/search";
import { useQuery } from "../useQuery";
import { fitting, wholeRoom } from "./people";
import type { Wanted } from "./wanted";

export type Choice =
  | { readonly kind: "person"; readonly user: User }
  | { readonly kind: "room" }
  | { readonly kind: "emoji"; readonly emoji: Emoji; readonly whole: boolean };

export const keyOf = (choice: Choice): string =>
  choice.kind === "person" ? choice.user.username : choice.kind === "room" ? wholeRoom : choice.emoji.character;

/** What is put in place of what was typed. */
export const insertedBy = (choice: Choice): string => (choice.kind === "emoji" ? choice.emoji.character : `@${keyOf(choice)} `);

const atMost = 8;
const none: readonly Choice[] = [];

/** What completes that which is being typed. A whole emoji code, with its second colon, is one choice that is taken at once. */
export function useChoices(roomId: string, wanted: Wanted | null): readonly Choice[] {
  const people = usePeople(roomId, wanted?.kind === "mention" ? wanted.query : null);
  const emoji = useEmoji(wanted?.kind === "emoji");
  return useMemo(() => {
    if (wanted?.kind === "mention") {
      return people;
    }
    if (wanted?.kind !== "emoji" || emoji === null || emoji === "failed") {
      return none;
    }
    const exact = emojiOfCode(emoji.all, wanted.query);
    return exact
      ? [{ kind: "emoji", emoji: exact, whole: true }]
      : findEmoji(emoji.all, wanted.query, atMost).map((found): Choice => ({ kind: "emoji", emoji: found, whole: false }));
  }, [wanted, people, emoji]);
}

const nobody = (): Promise<{ items: readonly User[]; next: null }> => Promise.resolve({ items: [], next: null });

function usePeople(roomId: string, query: string | null): readonly Choice[] {
  const chat = useChat();
  const room = useChatState((s) => s.rooms.get(roomId)) as RoomState;
  const users = useChatState((s) => s.users);
  const me = useChatState((s) => s.me.userId);
  const { members, membersNext } = room.log;
  const asking = query !== null;
  useEffect(() => {
    if (asking && members === null) {
      chat.loadMembers(roomId).catch(() => undefined); // Those who wrote here are offered all the same.
    }
  }, [chat, roomId, asking, members]);

  // Of a large room not all members are held; the server knows the others, and those who are none.
  const partial = asking && query !== "" && (members === null || membersNext !== null);
  const ask = useCallback((text: string) => (text === "" ? nobody() : chat.findUsers(text, null)), [chat]);
  const found = useQuery<User>(partial ? query : "", ask);

  return useMemo(() => {
    if (query === null) {
      return none;
    }
    // Who spoke last is meant most often.
    const spoke = room.log.messages.map((m) => m.by).reverse();
    const held = new Set([...spoke.filter((userId) => members?.has(userId) ?? true), ...room.others, ...(members?.keys() ?? [])]);
    const inRoom = [...held].flatMap((userId) => users.get(userId) ?? []);
    const all = new Map([...inRoom, ...(partial && found.done ? found.items : [])].map((user) => [user.userId, user]));
    all.delete(me);
    const choices = fitting(all.values(), query, atMost).map((user): Choice => ({ kind: "person", user }));
    const whole = room.kind !== "direct" && wholeRoom.startsWith(query.toLowerCase());
    return whole ? [...choices.slice(0, atMost - 1), { kind: "room" }] : choices;
  }, [query, members, room, users, partial, found.done, found.items, me]);
}
