import { useEffect, useMemo, useRef } from "react";
import type { RoomState } from "../chat/store";
import type { Message, User } from "../chat/types";
import { useChat, useChatState } from "./context";

/** Larger rooms do not show who has read; as the contract says. */
const membersAtMost = 50;

export type Readers = ReadonlyMap<number, readonly User[]>;

/** Who has read up to which of the messages that are held, by its seq. Fetched when the room opens, and again on each connection. */
export function useReaders(room: RoomState, users: ReadonlyMap<string, User>): Readers {
  const chat = useChat();
  const online = useChatState((s) => s.connection === "online");
  const { roomId, memberCount, log, reads } = room;
  const shown = memberCount !== null && memberCount > 1 && memberCount <= membersAtMost;
  const kept = useRef<Readers>(new Map());

  useEffect(() => {
    if (shown && online) {
      chat.loadReads(roomId).catch(() => undefined); // They are pushed from now on all the same.
    }
  }, [chat, roomId, shown, online]);

  return useMemo(() => {
    kept.current = keepSame(kept.current, readersOf(log.messages, log.to === null, reads, users));
    return kept.current;
  }, [log.messages, log.to, reads, users]);
}

/**
 * Puts each reader at the last message up to their mark, where that is in the window. At a message of their own they are not news: who writes
 * has read.
 */
export function readersOf(
  messages: readonly Message[],
  toEnd: boolean,
  reads: ReadonlyMap<string, number>,
  users: ReadonlyMap<string, User>,
): Readers {
  const readers = new Map<number, User[]>();
  for (const [userId, mark] of reads) {
    const at = lastUpTo(messages, mark);
    const message = messages[at];
    const user = users.get(userId);
    const further = at === messages.length - 1 && !toEnd;
    if (message && user && !further && message.by !== userId) {
      readers.set(message.seq, [...(readers.get(message.seq) ?? []), user]);
    }
  }
  return readers;
}

/** The new readers, with the old arrays where they say the same, so that only the messages are drawn again where something changed. */
export function keepSame(before: Readers, now: Readers): Readers {
  const kept = new Map(
    [...now].map(([seq, users]) => {
      const old = before.get(seq);
      return [seq, old?.length === users.length && old.every((user, i) => user === users[i]) ? old : users] as const;
    }),
  );
  return kept.size === before.size && [...kept].every(([seq, users]) => before.get(seq) === users) ? before : kept;
}

function lastUpTo(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle]!.seq <= seq) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}
