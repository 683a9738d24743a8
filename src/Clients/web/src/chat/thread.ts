import type { RoomLog } from "./log";
import { broughtUp, keptBy, messageAt, reached, type Held } from "./message";
import type { Message, RoomEvent } from "./types";

/*
 * The thread that is open beside a room: a window on its messages that always goes to the end of the log. Pure, like log.ts, and under
 * the same promise: state plus events equals fresh state.
 */

export interface ThreadState extends Held {
  /** The seq of the message that the thread hangs on. */
  readonly root: number;
  /** That message; null until it was fetched. */
  readonly rootMessage: Message | null;
  /** All messages of the thread with a seq above this are in `messages`, the root not among them; 0 when the whole thread is held. */
  readonly from: number;
  readonly state: "loading" | "idle" | "failed";
}

/** The thread before anything of it was fetched: what comes from now on is added. */
export function openThread(root: number, log: RoomLog): ThreadState {
  const reflected = log.ahead.get(root);
  return {
    root,
    rootMessage: messageAt(log, root) ?? null,
    messages: [],
    ahead: new Map(reflected === undefined ? [] : [[root, reflected]]),
    from: log.cursor,
    state: "loading",
  };
}

/** The thread after an event that was applied to the room's log. */
export function threadAfter(thread: ThreadState, event: RoomEvent, me: string): ThreadState {
  const kept = keptBy(thread, event, me);
  const root = kept.rootMessage && keptBy({ messages: [kept.rootMessage], ahead: kept.ahead }, event, me).messages[0]!;
  const next = root === kept.rootMessage ? kept : { ...kept, rootMessage: root };
  if (event.kind === "message" && event.seq === thread.root && !next.rootMessage) {
    // It was opened by its address before its first message had come.
    return reached({ ...next, rootMessage: event.message }, event.seq);
  }
  const sentHere = event.kind === "message" && event.message.thread === thread.root;
  return reached(sentHere ? { ...next, messages: [...next.messages, event.message] } : next, event.seq);
}

export interface ThreadPage {
  /** It was asked for what lies before this seq. */
  readonly before: number;
  /** In any order; the thread's first message may be among them. */
  readonly messages: readonly Message[];
  /** True when nothing of the thread is older. */
  readonly first: boolean;
  readonly asOf: number;
}

/** Puts a page in front of what is held. Null when it cannot be used any more: fetch it again. */
export function withThreadPage(thread: ThreadState, page: ThreadPage, log: RoomLog): ThreadState | null {
  const wanted = page.messages.filter((m) => m.seq !== thread.root || !thread.rootMessage);
  const older = page.before === thread.from + 1 ? broughtUp(wanted, page.asOf, log) : null;
  if (!older) {
    return null;
  }
  const messages = older.messages.filter((m) => m.seq !== thread.root);
  const oldest = Math.min(page.before, ...page.messages.map((m) => m.seq));
  return {
    ...thread,
    rootMessage: thread.rootMessage ?? messageAt(older, thread.root) ?? null,
    messages: [...messages, ...thread.messages],
    ahead: new Map([...older.ahead, ...thread.ahead]),
    from: page.first ? 0 : oldest - 1,
  };
}

/** Adds the first message, fetched by itself. Null when it has to be fetched again. */
export function withRoot(thread: ThreadState, message: Message, asOf: number, log: RoomLog): ThreadState | null {
  const held = broughtUp([message], asOf, log);
  const root = held?.messages[0];
  return root && !thread.rootMessage ? { ...thread, rootMessage: root, ahead: new Map([...thread.ahead, ...held.ahead]) } : held && thread;
}
