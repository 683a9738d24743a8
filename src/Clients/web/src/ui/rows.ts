import { messageAt } from "../chat/message";
import type { RoomState, Send } from "../chat/store";
import type { Message } from "../chat/types";
import { dayOf } from "./text";

/** Messages of one author this close together share one head. */
const groupedWithin = 5 * 60_000;

/** A line in a list of messages. */
export interface Row {
  readonly key: string;
  readonly message: Message;
  readonly send: Send | null;
  readonly day: boolean;
  readonly grouped: boolean;
}

export function rowsOf(messages: readonly Message[], sends: readonly Send[], me: string): readonly Row[] {
  const rows: Row[] = [];
  let before: Message | null = null;
  const add = (message: Message, send: Send | null, key: string): void => {
    const day = before === null || dayOf(before.at) !== dayOf(message.at);
    const close = before !== null && new Date(message.at).getTime() - new Date(before.at).getTime() < groupedWithin;
    const grouped = !day && close && before?.by === message.by && before.thread === message.thread && message.replyTo === null;
    rows.push({ key, message, send, day, grouped });
    before = message;
  };
  for (const message of messages) {
    // One's own keep the key that they were shown under while they were on their way.
    add(message, null, message.by === me && message.clientId ? `c${message.clientId}` : `s${message.seq}`);
  }
  for (const send of sends) {
    add(shownAs(send, me), send, `c${send.clientId}`);
  }
  return rows;
}

/** The message that it answers, or in the room the first one of the thread that it is in, as far as that is held. */
export function aboutOf({ log, thread }: RoomState, message: Message, inThread = false): Message | null {
  const seq = inThread ? message.replyTo : (message.thread ?? message.replyTo);
  return seq === null ? null : (messageAt(log, seq) ?? (thread ? messageAt(thread, seq) : undefined) ?? null);
}

const shownAs = (send: Send, me: string): Message => ({
  id: "",
  seq: 0,
  by: me,
  at: send.at,
  text: send.text,
  clientId: send.clientId,
  replyTo: send.replyTo,
  thread: send.thread,
  mentions: [],
  mentionsRoom: false,
  attachments: [],
  editedAt: null,
  deleted: false,
  pinned: false,
  reactions: [],
  threadCount: 0,
});
