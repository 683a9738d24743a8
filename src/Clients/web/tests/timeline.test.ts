import { beforeEach, describe, expect, test } from "vitest";
import type { Place } from "../src/chat/api";
import { ChatError, Code } from "../src/chat/errors";
import { openRoom, resetRoom, roomAfter } from "../src/chat/room";
import { Rooms } from "../src/chat/rooms";
import { Store, type ChatState, type RoomState } from "../src/chat/store";
import { Timeline } from "../src/chat/timeline";
import type { MessagePage } from "../src/chat/types";
import { me, ModelRoom, randomOf } from "./modelRoom";

const mostHeld = 400;

/** One room of the model, and the client's window on it; answers come when the test lets them. */
class Bench {
  readonly model = new ModelRoom(randomOf(1));
  readonly asked: Place[] = [];
  /** Called in place of an answer. */
  fail: (() => void) | null = null;
  #held: (() => void)[] | null = null;
  readonly store: Store<ChatState>;
  readonly timeline: Timeline;

  constructor(messages: number, unread = 0) {
    for (let i = 0; i < messages - unread; i++) {
      this.model.message(i % 2 ? me : "2");
    }
    if (unread > 0) {
      this.model.message(me);
    }
    for (let i = 1; i < unread; i++) {
      this.model.message("2");
    }
    const rooms = new Map([["7", openRoom(this.model.item(), me)]]);
    this.store = new Store({ rooms } as unknown as ChatState);
    const api = { messages: (_: string, place: Place, limit: number) => this.#answer(place, limit) };
    this.timeline = new Timeline(api, new Rooms(this.store), () => undefined);
  }

  get room(): RoomState {
    return this.store.get().rooms.get("7")!;
  }

  get seqs(): number[] {
    return this.room.log.messages.map((m) => m.seq);
  }

  /** From now on answers wait. */
  hold(): void {
    this.#held = [];
  }

  release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = null;
    held.forEach((answer) => answer());
    return settled();
  }

  /** A message that is pushed. */
  arrives(by = "2"): void {
    this.model.message(by);
    this.update((room) => {
      const next = roomAfter(room, this.model.log.slice(room.log.cursor));
      return { ...next, log: this.timeline.fit("7", next.log) };
    });
  }

  update(change: (room: RoomState) => RoomState): void {
    this.store.update((s) => ({ ...s, rooms: new Map([["7", change(this.room)]]) }));
  }

  /** What is held is a stretch of the room without holes, and as it is now. */
  expectWhole(): void {
    const { from, to, messages } = this.room.log;
    expect(messages).toEqual(this.model.messages().filter((m) => m.seq > from && m.seq <= (to ?? this.model.lastSeq)));
    expect(messages.length).toBeLessThanOrEqual(mostHeld);
  }

  async #answer(place: Place, limit: number): Promise<MessagePage> {
    this.asked.push(place);
    const page = this.model.page(place, limit);
    if (this.#held) {
      await new Promise<void>((resolve) => this.#held!.push(resolve));
    }
    this.fail?.();
    return page;
  }
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) {
    await Promise.resolve();
  }
};

const networkFails = (): never => {
  throw new ChatError(Code.network, "away");
};

describe("opening a room", () => {
  test("shows its end", async () => {
    const bench = new Bench(300);
    bench.timeline.open("7");
    await settled();
    expect(bench.asked).toEqual([{ before: 302 }]);
    expect(bench.seqs.at(-1)).toBe(301);
    expect(bench.room.log.to).toBeNull();
  });

  test("with many unread messages begins at the first of them", async () => {
    const bench = new Bench(300, 200);
    const { readSeq } = bench.room.log;
    bench.timeline.open("7");
    await settled();
    expect(bench.asked).toEqual([{ around: readSeq + 1 }]);
    expect(bench.seqs).toContain(readSeq + 1);
    expect(bench.room.log.from).toBeLessThanOrEqual(readSeq);
    expect(bench.room.log.to).not.toBeNull();
    expect(bench.room.moving).toBe(false);
  });

  test("shows its end when the first unread message cannot be fetched, and offers to try again", async () => {
    const bench = new Bench(300, 200);
    bench.fail = networkFails;
    bench.timeline.open("7");
    await settled();
    expect(bench.room).toMatchObject({ moving: false, history: { older: "failed" } });
    bench.fail = null;
    await bench.timeline.loadOlder("7");
    expect(bench.seqs.at(-1)).toBe(bench.model.lastSeq);
  });

  test("again, as after each fetch of the list, changes nothing", async () => {
    const bench = new Bench(300, 200);
    bench.timeline.open("7");
    await settled();
    bench.timeline.listed();
    bench.timeline.open("7");
    await settled();
    expect(bench.asked.length).toBe(1);
  });

  test("before it is in the list waits for the list", async () => {
    const bench = new Bench(300);
    const { rooms } = bench.store.get();
    bench.store.update((s) => ({ ...s, rooms: new Map() }));
    bench.timeline.open("7");
    await settled();
    expect(bench.asked).toEqual([]);
    bench.store.update((s) => ({ ...s, rooms }));
    bench.timeline.listed();
    await settled();
    expect(bench.seqs.length).toBe(50);
  });

  test("that had to be fetched afresh fetches its messages again", async () => {
    const bench = new Bench(300);
    bench.timeline.open("7");
    await settled();
    bench.update((room) => resetRoom(room, bench.model.item()));
    bench.timeline.listed();
    await settled();
    expect(bench.seqs.length).toBe(50);
  });

  test("after another one leaves that at its end, with its newest messages", async () => {
    const bench = new Bench(900);
    bench.timeline.open("7");
    await settled();
    await bench.timeline.jump("7", 100);
    bench.timeline.open(null);
    expect(bench.room).toMatchObject({ jump: null, log: { to: null, messages: [] } });
    bench.timeline.open("7");
    await settled();
    expect(bench.seqs.at(-1)).toBe(901);
    bench.expectWhole();
  });
});

describe("scrolling", () => {
  test("a long way up and down again holds a bounded window without holes", async () => {
    const bench = new Bench(1_500);
    bench.timeline.open("7");
    await settled();
    while (bench.room.log.from > 0) {
      bench.timeline.view(bench.seqs[10]!);
      await bench.timeline.loadOlder("7");
      bench.expectWhole();
    }
    expect(bench.room.log.to).not.toBeNull();
    while (bench.room.log.to !== null) {
      bench.timeline.view(bench.seqs.at(-10)!);
      await bench.timeline.loadNewer("7");
      bench.expectWhole();
    }
    expect(bench.seqs.at(-1)).toBe(1_501);
    expect(bench.room.log.from).toBeGreaterThan(0);
  });

  test("a page that fails is fetched again only when it is asked for", async () => {
    const bench = new Bench(300);
    bench.timeline.open("7");
    await settled();
    bench.fail = networkFails;
    await bench.timeline.loadOlder("7");
    expect(bench.room.history.older).toBe("failed");
    bench.fail = null;
    await bench.timeline.loadOlder("7");
    expect(bench.room.history.older).toBe("idle");
    expect(bench.seqs.length).toBe(100);
  });

  test("one page at a time is under way at each end", async () => {
    const bench = new Bench(300);
    bench.hold();
    const first = bench.timeline.loadOlder("7");
    await bench.timeline.loadOlder("7");
    expect(bench.asked.length).toBe(1);
    await bench.release();
    await first;
    expect(bench.seqs.length).toBe(50);
  });

  test("what arrives at the end while one looks there drops the oldest, and keeps the end", async () => {
    const bench = new Bench(0);
    bench.timeline.open("7");
    for (let i = 0; i < 1_000; i++) {
      bench.arrives();
    }
    bench.expectWhole();
    expect(bench.room.log.to).toBeNull();
    expect(bench.seqs.at(-1)).toBe(1_001);
  });

  test("what arrives while one looks further up leaves that in place", async () => {
    const bench = new Bench(0);
    bench.timeline.open("7");
    for (let i = 0; i < 200; i++) {
      bench.arrives();
    }
    const looked = bench.seqs[20]!;
    bench.timeline.view(looked);
    for (let i = 0; i < 700; i++) {
      bench.arrives();
    }
    expect(bench.seqs).toContain(looked);
    bench.expectWhole();
  });
});

describe("jumping", () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = new Bench(900);
    bench.timeline.open("7");
    await settled();
    bench.asked.length = 0;
  });

  test("to a message that is held fetches nothing", async () => {
    await bench.timeline.jump("7", 880);
    expect(bench.asked).toEqual([]);
    expect(bench.room.jump).toMatchObject({ seq: 880 });
  });

  test("to one that is not held moves the window there", async () => {
    await bench.timeline.jump("7", 100);
    expect(bench.room.jump).toMatchObject({ seq: 100 });
    expect(bench.seqs).toContain(100);
    bench.expectWhole();
  });

  test("each time is a jump of its own", async () => {
    await bench.timeline.jump("7", 880);
    const first = bench.room.jump!.id;
    await bench.timeline.jump("7", 880);
    expect(bench.room.jump!.id).toBeGreaterThan(first);
  });

  test("to one that does not exist is refused and moves nothing", async () => {
    const before = bench.room;
    await expect(bench.timeline.jump("7", 5_000)).rejects.toMatchObject({ code: "message.not_found" });
    expect(bench.room).toEqual(before);
  });

  test("that fails leaves the window where it was", async () => {
    const before = bench.room;
    bench.fail = networkFails;
    await expect(bench.timeline.jump("7", 100)).rejects.toMatchObject({ code: Code.network });
    expect(bench.room).toEqual(before);
  });

  test("the last of several counts, whichever answer comes last", async () => {
    bench.hold();
    const first = bench.timeline.jump("7", 100);
    const second = bench.timeline.jump("7", 400);
    await bench.release();
    await Promise.all([first, second]);
    expect(bench.room).toMatchObject({ jump: { seq: 400 }, moving: false });
    expect(bench.seqs).toContain(400);
  });

  test("to a held message while the window moves stays there", async () => {
    bench.hold();
    const away = bench.timeline.jump("7", 100);
    await bench.timeline.jump("7", 880);
    await bench.release();
    await away;
    expect(bench.room).toMatchObject({ jump: { seq: 880 }, moving: false });
    expect(bench.seqs).toContain(880);
  });

  test("is over when the room is left meanwhile", async () => {
    bench.hold();
    const jump = bench.timeline.jump("7", 100);
    bench.timeline.open(null);
    await bench.release();
    await jump;
    expect(bench.room).toMatchObject({ jump: null, moving: false, log: { to: null } });
  });

  test("opens the room at the message", async () => {
    const fresh = new Bench(900, 300);
    await fresh.timeline.jump("7", 100);
    fresh.timeline.open("7");
    await settled();
    expect(fresh.asked).toEqual([{ around: 100 }]);
    expect(fresh.room.jump).toMatchObject({ seq: 100 });
  });

  test("into nothing opens the room as without it", async () => {
    const fresh = new Bench(900);
    await expect(fresh.timeline.jump("7", 5_000)).rejects.toBeInstanceOf(ChatError);
    await settled();
    expect(fresh.seqs.length).toBe(50);
  });

  test("to the oldest message of a window shows it among what came before", async () => {
    await bench.timeline.jump("7", bench.seqs[0]!);
    expect(bench.seqs.indexOf(bench.room.jump!.seq)).toBeGreaterThan(0);
  });

  test("to the newest messages and to the first ones", async () => {
    await bench.timeline.toFirst("7");
    expect({ from: bench.room.log.from, first: bench.seqs[0] }).toEqual({ from: 0, first: 2 });
    await bench.timeline.toLatest("7");
    expect({ to: bench.room.log.to, last: bench.seqs.at(-1) }).toEqual({ to: null, last: 901 });
    bench.expectWhole();
  });
});
