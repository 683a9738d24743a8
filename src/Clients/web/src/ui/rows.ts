import { messageAt, type Held } from "../chat/message";
import type { Send } from "../chat/store";
import type { ThreadState } from "../chat/thread";
import type { Message } from "../chat/types";
import { dayOf } from "./text";

/** Messages of one author this close together share one head. */
const groupedWithin = 5 * 60_000;

/** A line in a list of messages. */
export interface Row {
  readonly key: string;
  readonly message: Message;
  readonly send: Send | null;
  /** True when it goes on under the head of the line before it. */
  readonly grouped: boolean;
}

/** The lines of one day. */
export interface Day {
  readonly key: string;
  /** A time of that day. */
  readonly at: string;
  readonly rows: readonly Row[];
}

/** What is read from a message's time; a list asks for it again with every message that arrives. */
const times = new WeakMap<Message, { readonly ms: number; readonly day: string }>();

function timeOf(message: Message): { readonly ms: number; readonly day: string } {
  let time = times.get(message);
  if (!time) {
    time = { ms: new Date(message.at).getTime(), day: dayOf(message.at) };
    times.set(message, time);
  }
  return time;
}

/**
 * Messages, and below them what is on its way, by day. Where messages before them are not held the first one is left out: how it looks
 * would change with what comes to stand above it, so it only says how the second one looks.
 */
export function daysOf(messages: readonly Message[], sends: readonly Send[], me: string, fromStart: boolean): readonly Day[] {
  const days: { key: string; at: string; rows: Row[] }[] = [];
  const hidden = fromStart || messages.length < 2 ? 0 : 1;
  let before: Message | null = hidden ? messages[0]! : null;
  let last = before && timeOf(before);
  const add = (message: Message, send: Send | null, key: string): void => {
    const own = timeOf(message);
    // This device's clock may be behind the server's: what is on its way is not earlier than what is there.
    const time = last !== null && own.ms < last.ms ? last : own;
    const sameDay = last?.day === time.day;
    if (!sameDay || days.length === 0) {
      days.push({ key: time.day, at: message.at, rows: [] });
    }
    const close = last !== null && time.ms - last.ms < groupedWithin;
    const sort = before?.by === message.by && before.thread === message.thread && message.replyTo === null;
    days.at(-1)!.rows.push({ key, message, send, grouped: sameDay && close && sort });
    before = message;
    last = time;
  };
  for (const message of messages.slice(hidden)) {
    // One's own keep the key that they were shown under while they were on their way.
    add(message, null, message.by === me && message.clientId ? `c${message.clientId}` : `s${message.seq}`);
  }
  for (const send of sends) {
    add(shownAs(send, me), send, `c${send.clientId}`);
  }
  return days;
}

/** The same where days do not matter. */
export const rowsOf = (messages: readonly Message[], sends: readonly Send[], me: string): readonly Row[] =>
  daysOf(messages, sends, me, true).flatMap((day) => day.rows);

interface Around {
  readonly log: Pick<Held, "messages">;
  readonly thread: ThreadState | null;
}

/** The message that it answers, or in the room the first one of the thread that it is in, as far as that is held. */
export function aboutOf({ log, thread }: Around, message: Message, inThread = false): Message | null {
  const seq = inThread ? message.replyTo : (message.thread ?? message.replyTo);
  if (seq === null) {
    return null;
  }
  return messageAt(log, seq) ?? (thread?.root === seq ? thread.rootMessage : thread && messageAt(thread, seq)) ?? null;
}

const shown = new WeakMap<Send, Message>();

function shownAs(send: Send, me: string): Message {
  let message = shown.get(send);
  if (!message) {
    message = {
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
    };
    shown.set(send, message);
  }
  return message;
}
