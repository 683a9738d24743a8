import type { Member, MemberEvent, Message, Reaction, RoomEvent, RoomItem, Role } from "./types";

/*
 * What this client holds of one room, and the only ways in which that changes. Everything here is pure: the same state and the same
 * events give the same answer, and what was held before is never touched.
 *
 * The rule that all else rests on: an event is applied only when its seq is `cursor + 1`. State plus events equals fresh state.
 */

export interface RoomLog {
  /** The signed-in user, whose reactions, mentions and read mark these are. */
  readonly me: string;
  /** The last seq applied. */
  readonly cursor: number;
  /** All messages with a seq in (from, cursor] are in `messages`; 0 when the beginning of the room is held. */
  readonly from: number;
  /** By seq, ascending. */
  readonly messages: readonly Message[];
  /** The room's newest message, whether or not it is in `messages`. */
  readonly last: Message | null;
  readonly name: string | null;
  readonly topic: string | null;
  readonly archived: boolean;
  readonly role: Role;
  readonly readSeq: number;
  readonly unread: number;
  readonly mentions: number;
  /** The room list's answer that names and counts come from reflects the log up to here: events up to it do not count again. */
  readonly listedAt: number;
  /** Null until the members were fetched. */
  readonly members: ReadonlyMap<string, Member> | null;
  /** Where the next page of members starts; null when all are held. */
  readonly membersNext: string | null;
  /** Targets that were fetched in a state newer than `cursor`, with the seq which that state reflects. */
  readonly ahead: ReadonlyMap<number, number>;
  /** The last changes other than messages, to bring a fetched page up to `cursor`; complete for seqs above `recentFrom`. */
  readonly recent: readonly RoomEvent[];
  readonly recentFrom: number;
}

export type Outcome =
  | "applied"
  /** At or below the cursor: seen before. */
  | "seen"
  /** Above the cursor + 1: something is missing, so Sync. */
  | "gap";

const recentLimit = 256;

/** What is held of a room when only its row in the room list is known. */
export function openLog(item: RoomItem, me: string): RoomLog {
  return {
    me,
    cursor: item.lastSeq,
    from: item.lastSeq,
    messages: [],
    last: item.lastMessage,
    name: item.name,
    topic: item.topic,
    archived: item.archived,
    role: item.role,
    readSeq: item.readSeq,
    unread: item.unread,
    mentions: item.mentions,
    listedAt: item.lastSeq,
    members: null,
    membersNext: null,
    ahead: new Map(),
    recent: [],
    recentFrom: item.lastSeq,
  };
}

/**
 * The room's row fetched anew. Where it is newer than the log it wins, and the events up to it will not count twice; where the log is
 * newer, only the read mark can tell something.
 */
export function relist(log: RoomLog, item: RoomItem): RoomLog {
  if (item.lastSeq < log.cursor) {
    return item.readSeq > log.readSeq ? markRead(log, item.readSeq) : log;
  }
  const listed: RoomLog = {
    ...log,
    last: item.lastMessage,
    name: item.name,
    topic: item.topic,
    archived: item.archived,
    role: item.role,
    readSeq: item.readSeq,
    unread: item.unread,
    mentions: item.mentions,
    listedAt: item.lastSeq,
  };
  return log.readSeq > item.readSeq ? markRead(listed, log.readSeq) : listed;
}

/** The room cannot be continued from the cursor: everything but what the fresh row says is dropped. */
export const resetLog = (log: RoomLog, item: RoomItem): RoomLog => openLog(item, log.me);

export function apply(log: RoomLog, event: RoomEvent): { log: RoomLog; outcome: Outcome } {
  if (event.seq <= log.cursor) {
    return { log, outcome: "seen" };
  }
  if (event.seq > log.cursor + 1) {
    return { log, outcome: "gap" };
  }
  return { log: advance(changed(log, event), event), outcome: "applied" };
}

function advance(log: RoomLog, event: RoomEvent): RoomLog {
  const next: RoomLog = {
    ...log,
    cursor: event.seq,
    ahead: log.ahead.size > 0 && settled(log.ahead, event.seq) ? new Map() : log.ahead,
  };
  if (event.kind === "message") {
    return next;
  }
  const recent = [...log.recent, event];
  const dropped = recent.length > recentLimit ? recent.shift() : undefined;
  return { ...next, recent, recentFrom: dropped ? dropped.seq : log.recentFrom };
}

const settled = (ahead: ReadonlyMap<number, number>, cursor: number): boolean =>
  [...ahead.values()].every((reflected) => reflected <= cursor);

function changed(log: RoomLog, event: RoomEvent): RoomLog {
  switch (event.kind) {
    case "message":
      return withMessage(log, event.message);
    case "edit":
    case "delete":
    case "reaction":
    case "pin":
      return withTarget(log, event);
    case "member":
      return withMember(log, event);
    case "room":
      return event.seq <= log.listedAt ? log : { ...log, name: event.name, topic: event.topic, archived: event.archived };
    case "unknown":
      return log;
  }
}

function withMessage(log: RoomLog, message: Message): RoomLog {
  const next: RoomLog = {
    ...log,
    messages: [...log.messages, message],
    // One that the list knows already may be edited there.
    last: log.last === null || message.seq > log.last.seq ? message : log.last,
  };
  if (message.seq <= log.listedAt) {
    return next;
  }
  if (message.by === log.me) {
    return { ...next, readSeq: message.seq, unread: 0, mentions: 0 };
  }
  return message.seq <= log.readSeq
    ? next
    : { ...next, unread: log.unread + 1, mentions: log.mentions + (mentionsUser(message, log.me) ? 1 : 0) };
}

type TargetEvent = Extract<RoomEvent, { target: number }>;

function withTarget(log: RoomLog, event: TargetEvent): RoomLog {
  const last = log.last?.seq === event.target && event.seq > log.listedAt ? touched(log.last, event, log.me) : log.last;
  const at = indexOf(log.messages, event.target);
  if (at < 0 || (log.ahead.get(event.target) ?? 0) >= event.seq) {
    return last === log.last ? log : { ...log, last };
  }
  const messages = log.messages.slice();
  messages[at] = touched(messages[at]!, event, log.me);
  return { ...log, last, messages };
}

function touched(message: Message, event: TargetEvent, me: string): Message {
  switch (event.kind) {
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

function withMember(log: RoomLog, event: MemberEvent): RoomLog {
  const role = event.userId === log.me && event.role !== undefined && event.seq > log.listedAt ? event.role : log.role;
  return { ...log, role, members: log.members === null ? null : joined(log.members, event) };
}

function joined(members: ReadonlyMap<string, Member>, event: MemberEvent): ReadonlyMap<string, Member> {
  const next = new Map(members);
  switch (event.change) {
    case "joined":
      next.set(event.userId, { userId: event.userId, role: event.role ?? "member" });
      break;
    case "left":
    case "removed":
    case "banned":
      next.delete(event.userId);
      break;
    case "role":
    case "muted":
      if (event.role !== undefined && next.has(event.userId)) {
        next.set(event.userId, { userId: event.userId, role: event.role });
      }
      break;
  }
  return next;
}

/** The read mark at `seq`; it never moves back. Counts are exact when the messages above it are held, and those of the list otherwise. */
export function markRead(log: RoomLog, seq: number): RoomLog {
  if (seq <= log.readSeq) {
    return log;
  }
  if (seq >= (log.last?.seq ?? 0)) {
    return { ...log, readSeq: seq, unread: 0, mentions: 0 };
  }
  if (seq < log.from) {
    return { ...log, readSeq: seq };
  }
  const above = log.messages.filter((m) => m.seq > seq && m.by !== log.me);
  return { ...log, readSeq: seq, unread: above.length, mentions: above.filter((m) => mentionsUser(m, log.me)).length };
}

export interface HistoryPage {
  /** The `before` that was asked for: `from + 1` of the log at that time. */
  readonly before: number;
  readonly messages: readonly Message[];
  /** True when nothing is older than this page. */
  readonly first: boolean;
  /** The seq that the page's messages reflect. */
  readonly asOf: number;
}

/**
 * Puts a page of older messages in front and brings them up to the cursor. Null when the page cannot be used any more (the window moved
 * meanwhile, or more changed than is remembered): fetch it again.
 */
export function withOlder(log: RoomLog, page: HistoryPage): RoomLog | null {
  if (page.before !== log.from + 1 || page.asOf < log.recentFrom) {
    return null;
  }
  const older = page.messages.filter((m) => m.seq < page.before).sort((a, b) => a.seq - b.seq);
  const oldest = older[0];
  const ahead = new Map(log.ahead);
  if (page.asOf > log.cursor) {
    for (const message of older) {
      ahead.set(message.seq, page.asOf);
    }
  }
  let next: RoomLog = {
    ...log,
    messages: [...older, ...log.messages],
    from: page.first || oldest === undefined ? 0 : oldest.seq - 1,
    ahead,
  };
  for (const event of log.recent) {
    // Older than the window's newest part, so only the page's own messages can be meant.
    if (event.seq > page.asOf && "target" in event && event.target < page.before) {
      const messages = next.messages.slice();
      const at = indexOf(messages, event.target);
      if (at >= 0) {
        messages[at] = touched(messages[at]!, event, log.me);
        next = { ...next, messages };
      }
    }
  }
  return next;
}

/** The members as fetched at `asOf` or later; joins and leaves since then are laid over them, the last one of each user winning. */
export function withMembers(log: RoomLog, members: readonly Member[], next: string | null, asOf: number, more: boolean): RoomLog {
  let held: ReadonlyMap<string, Member> = new Map([
    ...(more && log.members ? log.members : []),
    ...members.map((m) => [m.userId, m] as const),
  ]);
  for (const event of log.recent) {
    if (event.kind === "member" && event.seq > asOf) {
      held = joined(held, event);
    }
  }
  return { ...log, members: held, membersNext: next };
}

/** Keeps the newest `keep` messages, so that a room that nobody looks at does not grow. */
export function trim(log: RoomLog, keep: number): RoomLog {
  const drop = log.messages.length - keep;
  return drop <= 0 ? log : { ...log, messages: log.messages.slice(drop), from: log.messages[drop - 1]!.seq };
}

export const mentionsUser = (message: Message, userId: string): boolean =>
  message.mentionsRoom || message.mentions.includes(userId);

/** The message with this seq, where it is held. */
export function messageAt(log: RoomLog, seq: number): Message | undefined {
  return log.messages[indexOf(log.messages, seq)];
}

function indexOf(messages: readonly Message[], seq: number): number {
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
