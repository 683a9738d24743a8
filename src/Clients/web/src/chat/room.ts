import { apply, openLog, resetLog } from "./log";
import { messageAt, targetOf, touched } from "./message";
import type { Loading, RoomState } from "./store";
import { threadAfter } from "./thread";
import type { Member, Message, RoomEvent, RoomItem } from "./types";

/* A room's whole state: its log and what is kept beside it. Pure, like log.ts. */

const idle: Loading = "idle";
const untouched = {
  history: { older: idle, newer: idle },
  moving: false,
  jump: null,
  thread: null,
  pins: null,
  pinsAsOf: 0,
  reads: new Map<string, number>(),
  mutedUntil: null,
  typing: new Map<string, number>(),
};

export const openRoom = (item: RoomItem, me: string): RoomState => ({
  ...untouched,
  roomId: item.roomId,
  kind: item.kind,
  others: item.others,
  memberCount: item.memberCount,
  log: openLog(item, me),
  sends: [],
  sent: 0,
});

/** The room cannot be continued from its cursor: only what the fresh row says, and what is still to be sent, stays. */
export const resetRoom = (room: RoomState, item: RoomItem): RoomState => ({ ...room, ...untouched, log: resetLog(room.log, item) });

/** The room after events that continue its cursor. */
export function roomAfter(room: RoomState, events: readonly RoomEvent[]): RoomState {
  let next = room;
  for (const event of events) {
    const { log, outcome } = apply(next.log, event);
    if (outcome === "applied") {
      next = besideLog({ ...next, log }, event);
    }
  }
  return next;
}

function besideLog(room: RoomState, event: RoomEvent): RoomState {
  const pinned = event.kind === "pin" && !room.log.ahead.has(event.target) ? messageAt(room.log, event.target) : undefined;
  let next = withPins(room, event, pinned);
  if (next.thread) {
    const thread = threadAfter(next.thread, event, next.log.me);
    next = thread === next.thread ? next : { ...next, thread };
  }
  const gone = event.kind === "member" && isOut(event.change) ? [event.by, event.userId] : [event.by];
  if (gone.some((userId) => next.typing.has(userId))) {
    next = { ...next, typing: without(next.typing, gone) };
  }
  if (event.kind === "member") {
    if (isOut(event.change) && next.reads.has(event.userId)) {
      next = { ...next, reads: without(next.reads, [event.userId]) };
    }
    if (event.userId === next.log.me && event.change !== "role") {
      next = { ...next, mutedUntil: event.mutedUntil ?? null };
    }
  }
  // Who sends has read up to there. In rooms that show no marks none is known.
  return event.kind === "message" && next.reads.has(event.by) ? withRead(next, event.by, event.seq) : next;
}

const isOut = (change: string): boolean => change === "left" || change === "removed" || change === "banned";

const without = <T>(map: ReadonlyMap<string, T>, keys: readonly string[]): ReadonlyMap<string, T> =>
  new Map([...map].filter(([key]) => !keys.includes(key)));

/** Somebody else's read mark; it never moves back. */
export function withRead(room: RoomState, userId: string, seq: number): RoomState {
  return seq <= (room.reads.get(userId) ?? 0) ? room : { ...room, reads: new Map(room.reads).set(userId, seq) };
}

/** What members that went into the log tell beside who they are. */
export function withMemberMarks(room: RoomState, fetched: readonly Member[]): RoomState {
  const own = room.log.members?.get(room.log.me);
  const others = fetched.filter((m) => m.userId !== room.log.me && room.log.members?.has(m.userId));
  return others.reduce(
    (next, { userId, readSeq }) => (readSeq === null ? next : withRead(next, userId, readSeq)),
    own ? { ...room, mutedUntil: own.mutedUntil } : room,
  );
}

/** True when a message was pinned that is not held anywhere, so that the pins have to be fetched again. */
export const lacksPin = (room: RoomState, events: readonly RoomEvent[]): boolean =>
  room.pins !== null &&
  events.some((e) => e.kind === "pin" && e.on && e.seq > room.pinsAsOf && !room.pins!.some((m) => m.seq === e.target));

/** The pins as fetched, brought up to the cursor by what came since. */
export function withPinPage(room: RoomState, items: readonly Message[], asOf: number): RoomState | null {
  if (asOf < room.log.recentFrom) {
    return null;
  }
  const since = room.log.recent.filter((e) => e.seq > asOf);
  const fetched: RoomState = { ...room, pins: items, pinsAsOf: asOf };
  const next = since.reduce((held, event) => withPins(held, event), fetched);
  return lacksPin(next, since) ? null : next;
}

/** `pinned` is the message that the event pins, where it is held as it is after that event. */
function withPins(room: RoomState, event: RoomEvent, pinned?: Message): RoomState {
  const { pins, log } = room;
  const target = targetOf(event);
  if (pins === null || target === null || event.seq <= room.pinsAsOf) {
    return room;
  }
  const held = pins.some((m) => m.seq === target);
  if (event.kind === "delete" || (event.kind === "pin" && !event.on)) {
    return held ? { ...room, pins: pins.filter((m) => m.seq !== target) } : room;
  }
  if (held) {
    return { ...room, pins: pins.map((m) => (m.seq === target ? touched(m, event, log.me) : m)) };
  }
  return pinned ? { ...room, pins: [pinned, ...pins] } : room;
}
