import type { Message, Reaction, RoomEvent } from "./types";

/* What an event does to a message, and messages in the order of their seq. Pure. */

/** Messages of a room as they are at its log's cursor, by seq, ascending. */
export interface Held {
  readonly messages: readonly Message[];
  /** Those that were fetched in a state newer than the cursor, with the seq which that state reflects. */
  readonly ahead: ReadonlyMap<number, number>;
}

/** The message that an event changes: its target, or the first one of the thread that a message went into. */
export function targetOf(event: RoomEvent): number | null {
  return event.kind === "message" ? event.message.thread : "target" in event ? event.target : null;
}

/** The message after an event that has it as target. */
export function touched(message: Message, event: RoomEvent, me: string): Message {
  switch (event.kind) {
    case "message":
      return { ...message, threadCount: message.threadCount + 1 };
    case "edit":
      return {
        ...message,
        text: event.text,
        editedAt: event.at,
        mentions: event.mentions ?? message.mentions,
        mentionsRoom: event.mentionsRoom ?? message.mentionsRoom,
      };
    case "delete":
      return {
        ...message,
        deleted: true,
        text: "",
        mentions: [],
        mentionsRoom: false,
        attachments: [],
        pinned: false,
      };
    case "reaction":
      return { ...message, reactions: reacted(message.reactions, event.emoji, event.on, event.by === me) };
    case "pin":
      return { ...message, pinned: event.on };
    default:
      return message;
  }
}

function reacted(reactions: readonly Reaction[], emoji: string, on: boolean, mine: boolean): readonly Reaction[] {
  const held = reactions.find((r) => r.emoji === emoji);
  if (!held) {
    return on ? [...reactions, { emoji, count: 1, me: mine }] : reactions;
  }
  const count = held.count + (on ? 1 : -1);
  return count <= 0
    ? reactions.filter((r) => r !== held)
    : reactions.map((r) => (r === held ? { emoji, count, me: mine ? on : held.me } : r));
}

/** What is held after an event, which may change one of the messages; the same object when it does not. */
export function keptBy<T extends Held>(held: T, event: RoomEvent, me: string): T {
  const target = targetOf(event);
  const at = target === null ? -1 : indexOf(held.messages, target);
  if (target === null || at < 0 || (held.ahead.get(target) ?? 0) >= event.seq) {
    return held;
  }
  const messages = held.messages.slice();
  messages[at] = touched(messages[at]!, event, me);
  return { ...held, messages };
}

/** Forgets which messages were ahead once the cursor has reached them all. */
export function reached<T extends Held>(held: T, cursor: number): T {
  const settled = held.ahead.size > 0 && [...held.ahead.values()].every((reflected) => reflected <= cursor);
  return settled ? { ...held, ahead: new Map() } : held;
}

/** What a log remembers of its past. */
export interface Past {
  readonly me: string;
  readonly cursor: number;
  /** The last events, complete for seqs above `recentFrom`. */
  readonly recent: readonly RoomEvent[];
  readonly recentFrom: number;
}

/**
 * Brings messages, fetched as they were at `asOf`, to the cursor, in the order of their seq. Those above the cursor are left out, as their
 * events are still to come. Null when more has happened since than is remembered: fetch them again.
 */
export function broughtUp(messages: readonly Message[], asOf: number, past: Past): Held | null {
  if (asOf < past.recentFrom) {
    return null;
  }
  const inOrder = messages.filter((m) => m.seq <= past.cursor).sort((a, b) => a.seq - b.seq);
  const ahead = new Map(asOf > past.cursor ? inOrder.map((m) => [m.seq, asOf]) : []);
  for (const event of past.recent) {
    const target = event.seq > asOf ? targetOf(event) : null;
    const at = target === null ? -1 : indexOf(inOrder, target);
    if (at >= 0) {
      inOrder[at] = touched(inOrder[at]!, event, past.me);
    }
  }
  return { messages: inOrder, ahead };
}

export const mentionsUser = (message: Message, userId: string): boolean =>
  message.mentionsRoom || message.mentions.includes(userId);

/** The message with this seq, where it is held. */
export function messageAt({ messages }: Pick<Held, "messages">, seq: number): Message | undefined {
  return messages[indexOf(messages, seq)];
}

export function indexOf(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = messages[middle]!.seq;
    if (at === seq) {
      return middle;
    }
    if (at < seq) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return -1;
}
