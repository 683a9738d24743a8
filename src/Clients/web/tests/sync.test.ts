import { describe, expect, test } from "vitest";
import { ChatError, Code } from "../src/chat/errors";
import { apply, openLog, type RoomLog } from "../src/chat/log";
import { Syncer } from "../src/chat/sync";
import type { RoomEvent, SyncAnswer } from "../src/chat/types";
import { me, ModelRoom, randomOf } from "./modelRoom";

/** Rooms with their logs, and a server that answers Sync from them. */
class Bench {
  readonly rooms = new Map<string, ModelRoom>();
  readonly logs = new Map<string, RoomLog>();
  readonly resets: string[] = [];
  readonly calls: Record<string, number>[] = [];
  eventsPerRoom = 1_000;
  answer: (cursors: Record<string, number>) => Promise<readonly SyncAnswer[]> = (cursors) => Promise.resolve(this.honest(cursors));
  readonly syncer = new Syncer({
    logs: {
      cursor: (roomId) => this.logs.get(roomId)?.cursor ?? null,
      apply: (roomId, events) => {
        for (const event of events) {
          const { log, outcome } = apply(this.logs.get(roomId)!, event);
          expect(outcome, "what goes through continues the cursor").toBe("applied");
          this.logs.set(roomId, log);
        }
      },
      reset: (answer) => {
        this.resets.push(answer.roomId);
        this.logs.delete(answer.roomId);
        return Promise.resolve();
      },
    },
    sync: (cursors) => {
      this.calls.push(cursors);
      return this.answer(cursors);
    },
    wait: () => Promise.resolve(),
  });

  add(roomId: string, messages: number): ModelRoom {
    const room = new ModelRoom(randomOf(1));
    this.rooms.set(roomId, room);
    this.logs.set(roomId, openLog(room.item(), me));
    for (let i = 0; i < messages; i++) {
      room.message("2");
    }
    return room;
  }

  honest(cursors: Record<string, number>): SyncAnswer[] {
    return Object.entries(cursors).map(([roomId, cursor]) => {
      const room = this.rooms.get(roomId)!;
      const events = room.log.slice(cursor, cursor + this.eventsPerRoom);
      const more = cursor + events.length < room.lastSeq;
      return { roomId, lastSeq: room.lastSeq, events, more, reset: false, error: null };
    });
  }

  cursor = (roomId: string): number | undefined => this.logs.get(roomId)?.cursor;
}

/** Lets everything that is ready run. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) {
    await Promise.resolve();
  }
};

describe("Syncer", () => {
  test("asks again while the server has more", async () => {
    const bench = new Bench();
    bench.add("7", 95);
    bench.eventsPerRoom = 10;
    await bench.syncer.run(["7"]);
    expect(bench.cursor("7")).toBe(96);
    expect(bench.calls.length).toBe(10);
  });

  test("asks for at most 500 rooms in one call", async () => {
    const bench = new Bench();
    for (let i = 0; i < 1_200; i++) {
      bench.add(String(i), 1);
    }
    await bench.syncer.run(bench.logs.keys());
    expect(bench.calls.map((call) => Object.keys(call).length)).toEqual([500, 500, 200]);
    expect([...bench.logs.values()].every((log) => log.cursor === 2)).toBe(true);
  });

  test("a gap makes one Sync, and the early events are applied after it without another", async () => {
    const bench = new Bench();
    const room = bench.add("7", 10);
    bench.answer = (cursors) => Promise.resolve(bench.honest(cursors).map((a) => ({ ...a, events: a.events.filter((e) => e.seq <= 5) })));
    for (let seq = 6; seq <= 11; seq++) {
      bench.syncer.receive("7", [room.event(seq)]);
    }
    await settled();
    expect(bench.cursor("7")).toBe(11);
    expect(bench.calls.length).toBe(1);
  });

  test("events that arrive in any order, some twice and some never, end complete and in order", async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = randomOf(seed);
      const bench = new Bench();
      const room = bench.add("7", 60);
      bench.eventsPerRoom = 7;
      const pushed: RoomEvent[] = room.log.flatMap((e) => (random() < 0.2 ? [] : random() < 0.3 ? [e, e] : [e]));
      for (let i = pushed.length - 1; i > 0; i--) {
        const j = Math.max(0, i - Math.floor(random() * 6));
        [pushed[i], pushed[j]] = [pushed[j]!, pushed[i]!];
      }
      for (const event of pushed) {
        bench.syncer.receive("7", [event]);
        if (random() < 0.3) {
          await settled();
        }
      }
      await bench.syncer.run(["7"]);
      expect(bench.cursor("7"), `seed ${seed}`).toBe(61);
      expect(bench.logs.get("7")!.messages.length, `seed ${seed}`).toBe(60);
    }
  });

  test("more events than are held per room come by Sync", async () => {
    const bench = new Bench();
    const room = bench.add("7", 3_000);
    bench.syncer.receive("7", room.log.slice(2));
    await settled();
    expect(bench.cursor("7")).toBe(3_001);
  });

  test("a reset is handed on and the room's early events are dropped", async () => {
    const bench = new Bench();
    bench.add("7", 3);
    bench.answer = () => Promise.resolve([{ roomId: "7", lastSeq: 4, events: [], more: false, reset: true, error: "room.not_found" }]);
    await bench.syncer.run(["7"]);
    expect(bench.resets).toEqual(["7"]);
  });

  test("events of a room that is not held are of no interest", async () => {
    const bench = new Bench();
    const room = bench.add("7", 3);
    bench.logs.delete("7");
    bench.syncer.receive("7", room.log);
    await settled();
    expect(bench.calls).toEqual([]);
  });

  test("a lost connection rejects the run, and the next run asks for the same rooms", async () => {
    const bench = new Bench();
    bench.add("7", 3);
    bench.answer = () => Promise.reject(new ChatError(Code.disconnected, "lost"));
    await expect(bench.syncer.run(["7"])).rejects.toThrow("lost");
    bench.syncer.stop();
    bench.answer = (cursors) => Promise.resolve(bench.honest(cursors));
    await bench.syncer.run(["7"]);
    expect(bench.cursor("7")).toBe(4);
  });

  test("a refused Sync in the background is tried again", async () => {
    const bench = new Bench();
    const room = bench.add("7", 3);
    let refusals = 3;
    bench.answer = (cursors) =>
      refusals-- > 0 ? Promise.reject(new ChatError("rate.limited", "slow down")) : Promise.resolve(bench.honest(cursors));
    bench.syncer.receive("7", [room.event(4)]);
    await settled();
    expect(bench.cursor("7")).toBe(4);
    expect(bench.calls.length).toBe(4);
  });

  test("an answer that comes after the connection ended is not applied", async () => {
    const bench = new Bench();
    bench.add("7", 3);
    let give!: (answers: readonly SyncAnswer[]) => void;
    bench.answer = () => new Promise((resolve) => (give = resolve));
    const run = bench.syncer.run(["7"]);
    await settled();
    bench.syncer.stop();
    give(bench.honest({ "7": 1 }));
    await run;
    expect(bench.cursor("7")).toBe(1);
  });
});
