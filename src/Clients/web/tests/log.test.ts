import { describe, expect, test } from "vitest";
import type { Place } from "../src/chat/api";
import { apply, keepAround, keepNewest, keepOldest, markRead, openLog, relist, withNewer, withOlder, withWindow, type RoomLog, type Stretch } from "../src/chat/log";
import { stretchOf } from "../src/chat/timeline";
import type { RoomEvent } from "../src/chat/types";
import { readEvent } from "../src/chat/wire";
import { me, ModelRoom, randomOf } from "./modelRoom";

const roomWith = (steps: number, seed = 1): ModelRoom => {
  const room = new ModelRoom(randomOf(seed));
  for (let i = 0; i < steps; i++) {
    room.step();
  }
  return room;
};

const applyAll = (log: RoomLog, events: readonly RoomEvent[]): RoomLog => events.reduce((held, event) => apply(held, event).log, log);

const pageOf = (room: ModelRoom, place: Place, limit: number): Stretch => stretchOf(place, room.page(place, limit), limit);
const olderOf = (room: ModelRoom, log: RoomLog, limit: number): Stretch => pageOf(room, { before: log.from + 1 }, limit);
const seqsOf = (log: RoomLog): number[] => log.messages.map((m) => m.seq);

function expectWindow(log: RoomLog, room: ModelRoom): void {
  expect(log.cursor).toBe(room.lastSeq);
  expect(log.messages).toEqual(room.messages().filter((m) => m.seq > log.from && m.seq <= (log.to ?? room.lastSeq)));
}

describe("apply", () => {
  test("the next event is applied and moves the cursor", () => {
    const room = roomWith(0);
    const log = openLog(room.item(), me);
    room.message("2");
    const { log: next, outcome } = apply(log, room.event(2));
    expect(outcome).toBe("applied");
    expect(next.cursor).toBe(2);
    expect(next.messages.map((m) => m.seq)).toEqual([2]);
    expect(log.messages, "what was held before is not touched").toEqual([]);
  });

  test("an event at or below the cursor changes nothing", () => {
    const room = roomWith(30);
    const log = openLog(room.item(), me);
    for (const event of room.log) {
      expect(apply(log, event)).toEqual({ log, outcome: "seen" });
    }
  });

  test("an event beyond the next one is a gap and changes nothing", () => {
    const room = roomWith(3);
    const log = openLog(room.item(), me);
    room.message("2");
    room.message("2");
    expect(apply(log, room.event(room.lastSeq))).toEqual({ log, outcome: "gap" });
  });

  test("a kind that is not known moves the cursor only", () => {
    const room = roomWith(5);
    const log = openLog(room.item(), me);
    const event = readEvent({ seq: log.cursor + 1, kind: "poll", at: "2026-01-01T00:00:00.000Z", by: "2", target: 3 });
    const { log: next, outcome } = apply(log, event);
    expect(outcome).toBe("applied");
    expect({ ...next, cursor: 0, recent: [] }).toEqual({ ...log, cursor: 0, recent: [] });
    expect(next.cursor).toBe(log.cursor + 1);
  });

  test("one's own message moves the read mark and leaves nothing unread", () => {
    const room = roomWith(0);
    let log = openLog(room.item(), me);
    room.message("2");
    room.message("3");
    log = applyAll(log, room.log);
    expect(log.unread).toBe(2);
    room.message(me);
    log = applyAll(log, room.log);
    expect({ unread: log.unread, mentions: log.mentions, readSeq: log.readSeq }).toEqual({ unread: 0, mentions: 0, readSeq: 4 });
  });

  test("events that the room list already counted do not count again", () => {
    const room = roomWith(0);
    const log = openLog(room.item(), me);
    room.message("2");
    room.message("2");
    const listed = relist(log, room.item());
    expect(listed.unread).toBe(2);
    expect(applyAll(listed, room.log).unread).toBe(2);
  });
});

describe("read marks", () => {
  test("a mark never moves back", () => {
    const room = roomWith(20);
    const log = markRead(openLog(room.item(), me), 15);
    expect(markRead(log, 10)).toBe(log);
    expect(relist(log, room.item()).readSeq).toBe(Math.max(15, room.item().readSeq));
  });

  test("a mark in the middle leaves what is above it", () => {
    const room = roomWith(0);
    let log = openLog(room.item(), me);
    for (const by of ["2", "3", "2", "3"]) {
      room.message(by);
    }
    log = markRead(applyAll(log, room.log), 3);
    expect({ readSeq: log.readSeq, unread: log.unread }).toEqual({ readSeq: 3, unread: 2 });
  });
});

describe("a page of older messages", () => {
  test("that reflects later events than the cursor does not take them twice", () => {
    const room = roomWith(60, 4);
    const log = openLog(room.item(), me);
    for (let i = 0; i < 60; i++) {
      room.step();
    }
    expectWindow(applyAll(withOlder(log, olderOf(room, log, 500))!, room.log), room);
  });

  test("that is older than the cursor is brought up to it", () => {
    const room = roomWith(60, 5);
    const log = openLog(room.item(), me);
    const page = olderOf(room, log, 500);
    for (let i = 0; i < 60; i++) {
      room.step();
    }
    expectWindow(withOlder(applyAll(log, room.log), page)!, room);
  });

  test("that was asked for from another place is refused", () => {
    const room = roomWith(60);
    const log = openLog(room.item(), me);
    expect(withOlder(log, pageOf(room, { before: log.from }, 10))).toBeNull();
  });

  test("that misses more than is remembered is refused", () => {
    const room = roomWith(40, 6);
    const log = openLog(room.item(), me);
    const page = olderOf(room, log, 10);
    for (let i = 0; i < 800; i++) {
      room.step();
    }
    expect(withOlder(applyAll(log, room.log), page)).toBeNull();
  });
});

describe("a window in the past", () => {
  /** 30 messages, and a window around the one with seq 10 that has those from 8 to 12. */
  const inThePast = (): { room: ModelRoom; log: RoomLog } => {
    const room = roomWith(0);
    for (let i = 0; i < 30; i++) {
      room.message("2");
    }
    const log = withWindow(openLog(room.item(), me), pageOf(room, { around: 10 }, 5))!;
    return { room, log };
  };

  test("does not take what is sent, and keeps what it has up to date", () => {
    const { room, log } = inThePast();
    expect(seqsOf(log)).toEqual([8, 9, 10, 11, 12]);
    expect({ from: log.from, to: log.to }).toEqual({ from: 7, to: 12 });
    room.message("3");
    room.react("3", 9, "👍");
    room.message("3", { thread: 10 });
    const next = applyAll(log, room.log);
    expectWindow(next, room);
    expect(seqsOf(next)).toEqual([8, 9, 10, 11, 12]);
    expect(next.messages[2]!.threadCount).toBe(1);
    expect(next.unread).toBe(log.unread + 2);
  });

  test("comes to the end of the log page by page", () => {
    const { room, log } = inThePast();
    let next = withNewer(log, pageOf(room, { after: 12 }, 10))!;
    expect({ to: next.to, last: next.messages.at(-1)!.seq }).toEqual({ to: 22, last: 22 });
    next = withNewer(next, pageOf(room, { after: 22 }, 10))!;
    expect(next.to).toBeNull();
    room.message("2");
    expectWindow(applyAll(next, room.log), room);
  });

  test("comes to the end also when messages arrive while the last page is under way", () => {
    const { room, log } = inThePast();
    const page = pageOf(room, { after: 12 }, 50);
    room.message("2");
    room.react("2", room.lastSeq, "👍");
    const next = withNewer(applyAll(log, room.log), page)!;
    expect(next.to).toBeNull();
    expectWindow(next, room);
  });

  test("is at the end when the page around a message has all that follows", () => {
    const { room } = inThePast();
    const log = withWindow(openLog(room.item(), me), pageOf(room, { around: 30 }, 10))!;
    expect({ from: log.from, to: log.to }).toEqual({ from: 24, to: null });
    expectWindow(log, room);
  });

  test("has the beginning when the page around a message has all that came before", () => {
    const { room } = inThePast();
    const log = withWindow(openLog(room.item(), me), pageOf(room, { around: 3 }, 10))!;
    expect(log.from).toBe(0);
    expectWindow(log, room);
  });

  test("of messages that the cursor has not reached is empty and takes them as they come", () => {
    const { room } = inThePast();
    const old = openLog({ ...room.item(), lastSeq: 5 }, me);
    const log = withWindow(old, pageOf(room, { around: 30 }, 10))!;
    expect({ from: log.from, to: log.to, messages: log.messages }).toEqual({ from: 5, to: null, messages: [] });
    expectWindow(applyAll(log, room.log), room);
  });

  test("a page that was asked for from another place is refused", () => {
    const { room, log } = inThePast();
    expect(withNewer(log, pageOf(room, { after: 13 }, 10))).toBeNull();
    expect(withNewer({ ...log, to: null }, pageOf(room, { after: 12 }, 10))).toBeNull();
  });

  test("says nothing exact about what is unread above a mark in it", () => {
    const { log } = inThePast();
    expect(markRead(log, 10)).toMatchObject({ readSeq: 10, unread: log.unread });
  });
});

describe("a window that is too large", () => {
  const whole = (): { room: ModelRoom; log: RoomLog } => {
    const room = roomWith(0);
    const log = openLog(room.item(), me);
    for (let i = 0; i < 30; i++) {
      room.message("2");
    }
    return { room, log: applyAll(log, room.log) };
  };

  test("loses its oldest messages, and has them again from a page", () => {
    const { room, log } = whole();
    const kept = keepNewest(log, 10);
    expect(seqsOf(kept)).toEqual([22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
    expectWindow(withOlder(kept, olderOf(room, kept, 100))!, room);
  });

  test("loses its newest messages, and has them again from a page", () => {
    const { room, log } = whole();
    const kept = keepOldest(log, 10);
    expect(seqsOf(kept)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expectWindow(withNewer(kept, pageOf(room, { after: 11 }, 100))!, room);
  });

  test("keeps what is around the message that is looked at", () => {
    const { log } = whole();
    expect(seqsOf(keepAround(log, 16, 4))).toEqual([14, 15, 16, 17]);
    expect(seqsOf(keepAround(log, 3, 4))).toEqual([2, 3, 4, 5]);
    expect(seqsOf(keepAround(log, 30, 4))).toEqual([28, 29, 30, 31]);
    expect(keepAround(log, 30, 4).to, "still at the end").toBeNull();
    expect(seqsOf(keepAround(log, null, 4))).toEqual([28, 29, 30, 31]);
    expect(keepAround(log, 16, 40)).toBe(log);
  });
});
