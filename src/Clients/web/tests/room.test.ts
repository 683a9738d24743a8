import { describe, expect, test } from "vitest";
import type { Place } from "../src/chat/api";
import { keepAround, relist, withMembers, withNewer, withOlder, withWindow, type RoomLog, type Stretch } from "../src/chat/log";
import { lacksPin, openRoom, roomAfter, withMemberMarks, withPinPage, withRead } from "../src/chat/room";
import type { RoomState } from "../src/chat/store";
import { openThread, withRoot, withThreadPage } from "../src/chat/thread";
import { stretchOf } from "../src/chat/timeline";
import type { RoomEvent } from "../src/chat/types";
import { me, ModelRoom, randomOf } from "./modelRoom";

/** Everything that a client which just came, and looked at the same part, would see of the room. */
function expectFresh(state: RoomState, room: ModelRoom, what: string): void {
  const { log, thread, pins } = state;
  const all = room.messages();
  expect(log.cursor, what).toBe(room.lastSeq);
  expect(log.messages, what).toEqual(all.filter((m) => m.seq > log.from && m.seq <= (log.to ?? room.lastSeq)));
  const { name, topic, archived, role, readSeq, unread, mentions, lastMessage } = room.item();
  expect({ name: log.name, topic: log.topic, archived: log.archived, role: log.role }, what).toEqual({ name, topic, archived, role });
  expect({ readSeq: log.readSeq, unread: log.unread, mentions: log.mentions }, what).toEqual({ readSeq, unread, mentions });
  expect(log.last, what).toEqual(lastMessage);
  if (log.members) {
    expect(new Map([...log.members].sort()), what).toEqual(new Map([...room.members].sort()));
    expect(state.mutedUntil, what).toBe(room.members.get(me)!.mutedUntil);
  }
  if (thread) {
    const inThread = all.filter((m) => m.thread === thread.root && m.seq > thread.from);
    expect(thread.messages, `${what}, thread ${thread.root}`).toEqual(inThread);
    expect(thread.rootMessage ?? all.find((m) => m.seq === thread.root), what).toEqual(all.find((m) => m.seq === thread.root));
  }
  if (pins) {
    expect(pins, `${what}, pins`).toEqual(room.pins().items);
  }
}

const pageOf = (room: ModelRoom, place: Place, limit: number): Stretch => stretchOf(place, room.page(place, limit), limit);

/** A client of the model whose fetches take their time, so that much happens between a question and its answer. */
class Client {
  state: RoomState;
  readonly #room: ModelRoom;
  readonly #random: () => number;
  /** Answers under way. */
  readonly #late: (() => void)[] = [];
  readonly #wire: RoomEvent[] = [];
  #sent: number;

  constructor(room: ModelRoom, random: () => number) {
    this.#room = room;
    this.#random = random;
    this.state = openRoom(room.item(), me);
    this.#sent = this.state.log.cursor;
  }

  /** Deliveries get lost, repeated and reordered; gaps are filled now or later. */
  deliver(): void {
    if (this.#chance(0.5) && this.#sent < this.#room.lastSeq) {
      const event = this.#room.event(++this.#sent);
      for (let copies = this.#chance(0.1) ? 0 : this.#chance(0.15) ? 2 : 1; copies > 0; copies--) {
        this.#wire.splice(this.#chance(0.2) ? this.#below(this.#wire.length + 1) : this.#wire.length, 0, event);
      }
    }
    const event = this.#chance(0.5) ? this.#wire.shift() : undefined;
    if (event) {
      this.#apply([event]);
      if (event.seq > this.state.log.cursor && this.#chance(0.7)) {
        this.sync();
      }
    }
  }

  sync(): void {
    this.#apply(this.#room.log.slice(this.state.log.cursor, this.state.log.cursor + 20));
  }

  /** Begins one thing that a user or the page does, or ends one that was begun. */
  act(): void {
    const { log, thread } = this.state;
    const room = this.#room;
    const limit = 1 + this.#below(12);
    const draw = this.#random();
    if (draw < 0.1 && log.from > 0) {
      this.#place({ before: log.from + 1 }, limit, withOlder);
    } else if (draw < 0.2 && log.to !== null) {
      this.#place({ after: log.to }, limit, withNewer);
    } else if (draw < 0.24) {
      this.#place({ around: 1 + this.#below(room.lastSeq) }, limit, withWindow);
    } else if (draw < 0.27) {
      this.#place({ before: Number.MAX_SAFE_INTEGER }, limit, withWindow);
    } else if (draw < 0.3) {
      this.#set({ log: keepAround(log, this.#chance(0.3) ? null : this.#below(room.lastSeq), 10) });
    } else if (draw < 0.34) {
      const members = [...room.members.values()];
      this.#answer((s) => {
        const next = withMembers(s.log, members, null, log.cursor, false);
        return next && withMemberMarks({ ...s, log: next }, members);
      });
    } else if (draw < 0.38) {
      const item = room.item();
      this.#answer((s) => ({ ...s, log: relist(s.log, item) }));
    } else if (draw < 0.42) {
      const root = 1 + this.#below(room.lastSeq);
      this.#set({ thread: room.messages().some((m) => m.seq === root) ? openThread(root, log) : null });
    } else if (draw < 0.52 && thread) {
      this.#threadPage(thread.root, thread.from + 1, limit);
    } else if (draw < 0.56) {
      const { items, lastSeq } = room.pins();
      this.#answer((s) => withPinPage(s, items, lastSeq));
    } else if (draw < 0.85) {
      this.#late.splice(this.#below(Math.min(3, this.#late.length)), 1)[0]?.();
    }
  }

  /** Everything under way arrives. */
  settle(): void {
    this.#late.splice(0).forEach((arrive) => arrive());
    while (this.state.log.cursor < this.#room.lastSeq) {
      this.sync();
    }
    if (this.state.pins === null) {
      this.#set(withPinPage(this.state, this.#room.pins().items, this.#room.lastSeq)!);
    }
  }

  /** The whole room, page by page from wherever the window is. */
  fetchAll(): void {
    for (let pages = 0; this.state.log.from > 0 || this.state.log.to !== null; pages++) {
      expect(pages, "pages until the whole room is held").toBeLessThan(500);
      const { log } = this.state;
      const next =
        log.from > 0
          ? withOlder(log, pageOf(this.#room, { before: log.from + 1 }, 7))
          : withNewer(log, pageOf(this.#room, { after: log.to! }, 7));
      this.#set({ log: next! });
    }
    const { thread } = this.state;
    if (thread) {
      this.#threadPage(thread.root, thread.from + 1, 500);
      this.#late.pop()!();
      expect(this.state.thread!.from).toBe(0);
    }
  }

  #apply(events: readonly RoomEvent[]): void {
    const before = this.state.log.cursor;
    this.state = roomAfter(this.state, events);
    if (lacksPin(this.state, events.filter((e) => e.seq > before && e.seq <= this.state.log.cursor))) {
      this.#set({ pins: null });
    }
  }

  #place(place: Place, limit: number, put: (log: RoomLog, page: Stretch) => RoomLog | null): void {
    const page = pageOf(this.#room, place, limit);
    this.#answer((s) => {
      const log = put(s.log, page);
      return log && { ...s, log };
    });
  }

  #threadPage(root: number, before: number, limit: number): void {
    const { items, next, lastSeq } = this.#room.page({ before }, limit, root);
    const message = this.#room.messages().find((m) => m.seq === root)!;
    this.#late.push(() => {
      const { thread, log } = this.state;
      const paged = thread?.root === root && withThreadPage(thread, { before, messages: items, first: next === null, asOf: lastSeq }, log);
      if (paged) {
        this.#set({ thread: withRoot(paged, message, lastSeq, log)! });
      }
    });
  }

  #answer(put: (state: RoomState) => RoomState | null): void {
    this.#late.push(() => {
      this.state = put(this.state) ?? this.state;
    });
  }

  #set(change: Partial<RoomState>): void {
    this.state = { ...this.state, ...change };
  }

  #chance = (p: number): boolean => this.#random() < p;
  #below = (n: number): number => Math.floor(this.#random() * n);
}

describe("state plus events equals fresh state", () => {
  const block = 50;
  test.each(Array.from({ length: 10 }, (_, i) => i * block + 1))("after any run of operations, deliveries and fetches, from seed %i", (first) => {
    for (let seed = first; seed < first + block; seed++) {
      const random = randomOf(seed);
      const room = new ModelRoom(random);
      for (let i = random() * 60; i > 0; i--) {
        room.step();
      }
      const client = new Client(room, random);
      for (let i = 0; i < 250; i++) {
        if (random() < 0.5) {
          room.step();
        }
        client.deliver();
        client.act();
      }
      client.settle();
      expectFresh(client.state, room, `seed ${seed}`);
      client.fetchAll();
      expectFresh(client.state, room, `seed ${seed}, with all of its history`);
    }
  });
});

describe("beside the log", () => {
  const roomWith = (messages: number): ModelRoom => {
    const room = new ModelRoom(randomOf(2));
    for (let i = 0; i < messages; i++) {
      room.message("2");
    }
    return room;
  };

  test("a read mark never moves back, and who sends has read up to there", () => {
    const room = roomWith(2);
    let state = withRead(openRoom(room.item(), me), "3", 2);
    expect(withRead(state, "3", 1)).toBe(state);
    const seq = room.message("3");
    state = roomAfter(state, [room.event(seq)]);
    expect(state.reads).toEqual(new Map([["3", seq]]));
  });

  test("where no marks are shown none is made up", () => {
    const room = roomWith(2);
    const before = openRoom(room.item(), me);
    expect(roomAfter(before, [room.event(room.message("3"))]).reads.size).toBe(0);
  });

  test("who is out of the room has no read mark in it", () => {
    const room = roomWith(2);
    const state = withRead(openRoom(room.item(), me), "3", 2);
    const left: RoomEvent = { seq: 4, at: "", by: "3", kind: "member", userId: "3", change: "left" };
    expect(roomAfter(state, [left]).reads.size).toBe(0);
  });

  test("a pinned message that is held nowhere makes the pins incomplete", () => {
    const room = roomWith(2);
    const state = withPinPage(openRoom(room.item(), me), [], room.lastSeq)!;
    room.pin("2", 2, true);
    const next = roomAfter(state, [room.event(4)]);
    expect(lacksPin(next, [room.event(4)])).toBe(true);
    expect(withPinPage(next, room.pins().items, room.lastSeq)!.pins).toEqual(room.pins().items);
  });

  test("a thread takes what is sent into it, and counts it at its first message", () => {
    const room = roomWith(2);
    const first = openRoom(room.item(), me);
    const { items, lastSeq } = room.page({ before: 4 }, 5, 2);
    const thread = withThreadPage(openThread(2, first.log), { before: 4, messages: items, first: true, asOf: lastSeq }, first.log)!;
    room.message("3", { thread: 2 });
    room.message("3", { thread: 3 });
    room.message("3");
    const state = roomAfter({ ...first, thread }, room.log.slice(3));
    expect(state.thread!.messages.map((m) => m.seq)).toEqual([4]);
    expect(state.thread!.rootMessage).toMatchObject({ seq: 2, threadCount: 1 });
    expect(state.log.messages.map((m) => m.seq), "they are part of the room's messages, too").toEqual([4, 5, 6]);
  });
});
