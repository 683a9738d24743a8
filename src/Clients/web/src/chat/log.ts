import { broughtUp, keptBy, mentionsUser, reached, targetOf, touched, type Held } from "./message";
import type { Member, MemberEvent, Message, RoomEvent, RoomItem, Role } from "./types";

/*
 * What this client holds of one room, and the only ways in which that changes. Everything here is pure: the same state and the same
 * events give the same answer, and what was held before is never touched.
 *
 * The rule that all else rests on: an event is applied only when its seq is `cursor + 1`. State plus events equals fresh state.
 */

export interface RoomLog extends Held {
  /** The signed-in user, whose reactions, mentions and read mark these are. */
  readonly me: string;
  /** The last seq applied. */
  readonly cursor: number;
  /** All messages with a seq in (from, to] are in `messages`; `from` is 0 when the beginning of the room is held. */
  readonly from: number;
  /** Null when `messages` go to the end of the log: then what is sent is added to them. */
  readonly to: number | null;
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
  /** The last events, to bring what is fetched up to `cursor`; complete for seqs above `recentFrom`. */
  readonly recent: readonly RoomEvent[];
  readonly recentFrom: number;
}

export type Outcome =
  | "applied"
  /** At or below the cursor: seen before. */
  | "seen"
  /** Above the cursor + 1: something is missing, so Sync. */
  | "gap";

const recentLimit = 512;

/** What is held of a room when only its row in the room list is known. */
export function openLog(item: RoomItem, me: string): RoomLog {
  return {
    me,
    cursor: item.lastSeq,
    from: item.lastSeq,
    to: null,
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
  const recent = [...log.recent, event];
  const dropped = recent.length > recentLimit ? recent.shift() : undefined;
  return reached({ ...log, cursor: event.seq, recent, recentFrom: dropped ? dropped.seq : log.recentFrom }, event.seq);
}

function changed(log: RoomLog, event: RoomEvent): RoomLog {
  switch (event.kind) {
    case "message":
      return withMessage(touch(log, event), event.message);
    case "member":
      return withMember(log, event);
    case "room":
      return event.seq <= log.listedAt ? log : { ...log, name: event.name, topic: event.topic, archived: event.archived };
    default:
      return touch(log, event);
  }
}

function touch(log: RoomLog, event: RoomEvent): RoomLog {
  const isLast = log.last !== null && log.last.seq === targetOf(event) && event.seq > log.listedAt;
  const next = isLast ? { ...log, last: touched(log.last!, event, log.me) } : log;
  return keptBy(next, event, log.me);
}

function withMessage(log: RoomLog, message: Message): RoomLog {
  const next: RoomLog = {
    ...log,
    messages: log.to === null ? [...log.messages, message] : log.messages,
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

function withMember(log: RoomLog, event: MemberEvent): RoomLog {
  const role = event.userId === log.me && event.role !== undefined && event.seq > log.listedAt ? event.role : log.role;
  return { ...log, role, members: log.members === null ? null : joined(log.members, event) };
}

function joined(members: ReadonlyMap<string, Member>, event: MemberEvent): ReadonlyMap<string, Member> {
  const next = new Map(members);
  switch (event.change) {
    case "joined":
      next.set(event.userId, { userId: event.userId, role: event.role ?? "member", mutedUntil: null, readSeq: null });
      break;
    case "left":
    case "removed":
    case "banned":
      next.delete(event.userId);
      break;
    case "role":
    case "muted": {
      const held = next.get(event.userId);
      if (held) {
        const mutedUntil = event.change === "muted" ? (event.mutedUntil ?? null) : held.mutedUntil;
        next.set(event.userId, { ...held, role: event.role ?? held.role, mutedUntil });
      }
      break;
    }
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
  if (seq < log.from || log.to !== null) {
    return { ...log, readSeq: seq };
  }
  const above = log.messages.filter((m) => m.seq > seq && m.by !== log.me);
  return { ...log, readSeq: seq, unread: above.length, mentions: above.filter((m) => mentionsUser(m, log.me)).length };
}

/** A stretch of a room's messages. */
export interface Stretch {
  /** It has all messages with a seq in (after, upTo], in any order. */
  readonly after: number;
  readonly upTo: number;
  /** They are as the log's state at this seq has them; never below `upTo`. */
  readonly asOf: number;
  readonly messages: readonly Message[];
}

/**
 * Puts a page of older messages in front and brings them up to the cursor. Null when the page cannot be used any more (the window moved
 * meanwhile, or more happened than is remembered): fetch it again.
 */
export function withOlder(log: RoomLog, page: Stretch): RoomLog | null {
  const older = page.upTo === log.from ? broughtUp(page.messages, page.asOf, log) : null;
  return (
    older && {
      ...log,
      messages: [...older.messages, ...log.messages],
      from: page.after,
      ahead: new Map([...older.ahead, ...log.ahead]),
    }
  );
}

/** The same with newer messages behind a window that does not go to the end; it does when the page and what came since go there. */
export function withNewer(log: RoomLog, page: Stretch): RoomLog | null {
  const newer = page.after === log.to ? toEnd(log, page) : null;
  return (
    newer && {
      ...log,
      messages: [...log.messages, ...newer.messages],
      to: newer.to,
      ahead: new Map([...log.ahead, ...newer.ahead]),
    }
  );
}

/** A window somewhere else, in place of the one held. */
export function withWindow(log: RoomLog, page: Stretch): RoomLog | null {
  const held = toEnd(log, page);
  return held && { ...log, ...held, from: Math.min(page.after, log.cursor) };
}

/** The page with what was sent since it was fetched, where it goes so far, and where it ends. */
function toEnd(log: RoomLog, page: Stretch): (Held & { to: number | null }) | null {
  const since = page.upTo < page.asOf ? [] : log.recent.flatMap((e) => (e.kind === "message" && e.seq > page.asOf ? [e.message] : []));
  const held = broughtUp([...page.messages, ...since], page.asOf, log);
  return held && { ...held, to: page.upTo === page.asOf || page.upTo >= log.cursor ? null : page.upTo };
}

/**
 * The members as fetched at `asOf` or later; joins and leaves since then are laid over them, the last one of each user winning. Null when
 * more happened since than is remembered: fetch them again.
 */
export function withMembers(log: RoomLog, members: readonly Member[], next: string | null, asOf: number, more: boolean): RoomLog | null {
  if (asOf < log.recentFrom) {
    return null;
  }
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

/** Keeps the newest `keep` messages of the window. */
export function keepNewest(log: RoomLog, keep: number): RoomLog {
  const drop = log.messages.length - keep;
  return drop <= 0 ? log : { ...log, messages: log.messages.slice(drop), from: log.messages[drop - 1]!.seq };
}

/** Keeps the oldest `keep` messages of the window, which then does not go to the end any more. */
export function keepOldest(log: RoomLog, keep: number): RoomLog {
  return log.messages.length <= keep ? log : { ...log, messages: log.messages.slice(0, keep), to: log.messages[keep - 1]!.seq };
}

/** Keeps `keep` messages, those that are nearest to the one that is looked at; null looks at the end. */
export function keepAround(log: RoomLog, seq: number | null, keep: number): RoomLog {
  const { length } = log.messages;
  const at = seq === null ? length : log.messages.filter((m) => m.seq < seq).length;
  const start = Math.max(0, Math.min(at - Math.floor(keep / 2), length - keep));
  return keepNewest(keepOldest(log, start + keep), keep);
}

/** A window at the end of the log: the one held, if it is there, or else an empty one. */
export const atEnd = (log: RoomLog): RoomLog =>
  log.to === null ? log : { ...log, messages: [], ahead: new Map(), from: log.cursor, to: null };
