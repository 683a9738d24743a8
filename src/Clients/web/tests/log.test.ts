import { describe, expect, test } from "vitest";
import { apply, markRead, openLog, relist, trim, withMembers, withOlder, type RoomLog } from "../src/chat/log";
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

/** Everything that a client which just came would see of the room. */
function expectFresh(log: RoomLog, room: ModelRoom, what: string): void {
  expect(log.cursor, what).toBe(room.lastSeq);
  expect(log.messages, what).toEqual(room.messages().filter((m) => m.seq > log.from));
  const { name, topic, archived, role, readSeq, unread, mentions, lastMessage } = room.item();
  expect({ name: log.name, topic: log.topic, archived: log.archived, role: log.role }, what).toEqual({ name, topic, archived, role });
  expect({ readSeq: log.readSeq, unread: log.unread, mentions: log.mentions }, what).toEqual({ readSeq, unread, mentions });
  expect(log.last?.seq, what).toBe(lastMessage?.seq);
  expect(log.last?.text, what).toBe(lastMessage?.text);
  if (log.members) {
    expect(new Map([...log.members].sort()), what).toEqual(new Map([...room.members].sort()));
  }
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

describe("history", () => {
  test("a page that reflects later events than the cursor does not take them twice", () => {
    const room = roomWith(60, 4);
    const log = openLog(room.item(), me);
    for (let i = 0; i < 60; i++) {
      room.step();
    }
    const paged = withOlder(log, room.page(log.from + 1, 500))!;
    expectFresh(applyAll(paged, room.log), room, "page ahead of the cursor");
  });

  test("a page that is older than the cursor is brought up to it", () => {
    const room = roomWith(60, 5);
    const log = openLog(room.item(), me);
    const page = room.page(log.from + 1, 500);
    for (let i = 0; i < 60; i++) {
      room.step();
    }
    expectFresh(withOlder(applyAll(log, room.log), page)!, room, "page behind the cursor");
  });

  test("a page that was asked for from another place is refused", () => {
    const room = roomWith(60);
    const log = openLog(room.item(), me);
    expect(withOlder(log, room.page(log.from, 10))).toBeNull();
  });

  test("a page that misses more changes than are remembered is refused", () => {
    const room = roomWith(40, 6);
    const log = openLog(room.item(), me);
    const page = room.page(log.from + 1, 10);
    for (let i = 0; i < 800; i++) {
      room.step();
    }
    expect(withOlder(applyAll(log, room.log), page)).toBeNull();
  });

  test("trimming keeps the newest without a hole", () => {
    const room = roomWith(0);
    let log = openLog(room.item(), me);
    for (let i = 0; i < 30; i++) {
      room.message("2");
    }
    log = trim(applyAll(log, room.log), 10);
    expect(log.messages.map((m) => m.seq)).toEqual([22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
    expectFresh(withOlder(log, room.page(log.from + 1, 100))!, room, "older ones come back");
  });
});

describe("state plus events equals fresh state", () => {
  // Deliveries are lost, repeated and reordered; pages and lists arrive late; Sync fills what is missing.
  test("after any run of operations, deliveries and fetches", () => {
    for (let seed = 1; seed <= 400; seed++) {
      run(seed);
    }
  });

  function run(seed: number): void {
    const random = randomOf(seed);
    const room = new ModelRoom(random);
    const chance = (p: number): boolean => random() < p;
    for (let i = random() * 40; i > 0; i--) {
      room.step();
    }
    let log = openLog(room.item(), me);
    const wire: RoomEvent[] = [];
    const late: (() => void)[] = [];
    let sent = log.cursor;
    const sync = (): void => {
      log = applyAll(log, room.log.slice(log.cursor, log.cursor + 20));
    };
    for (let i = 0; i < 250; i++) {
      if (chance(0.5)) {
        room.step();
      }
      if (chance(0.5) && sent < room.lastSeq) {
        const event = room.event(++sent);
        for (let copies = chance(0.1) ? 0 : chance(0.15) ? 2 : 1; copies > 0; copies--) {
          wire.splice(chance(0.2) ? Math.floor(random() * (wire.length + 1)) : wire.length, 0, event);
        }
      }
      if (chance(0.5) && wire.length > 0) {
        const { log: next, outcome } = apply(log, wire.shift()!);
        log = next;
        if (outcome === "gap" && chance(0.7)) {
          sync();
        }
      }
      if (chance(0.08) && log.from > 0) {
        const page = room.page(log.from + 1, 1 + Math.floor(random() * 12));
        late.push(() => {
          log = withOlder(log, page) ?? log;
        });
      }
      if (chance(0.04)) {
        const members = [...room.members.values()];
        const asOf = log.cursor;
        late.push(() => {
          log = withMembers(log, members, null, asOf, false);
        });
      }
      if (chance(0.04)) {
        const item = room.item();
        late.push(() => {
          log = relist(log, item);
        });
      }
      if (chance(0.15) && late.length > 0) {
        late.shift()!();
      }
      if (chance(0.02)) {
        log = trim(log, 15);
      }
    }
    late.forEach((arrive) => arrive());
    while (log.cursor < room.lastSeq) {
      sync();
    }
    expectFresh(log, room, `seed ${seed}`);
    for (let pages = 0; log.from > 0 && pages < 500; pages++) {
      log = withOlder(log, room.page(log.from + 1, 7))!;
    }
    expect(log.from).toBe(0);
    expectFresh(log, room, `seed ${seed}, with all of its history`);
  }
});
