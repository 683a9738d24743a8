import { describe, expect, test } from "vitest";
import { openRoom } from "../src/chat/room";
import type { RoomState, Send } from "../src/chat/store";
import type { Message } from "../src/chat/types";
import { daysOf, rowsOf } from "../src/ui/rows";
import { stepTo } from "../src/ui/useSteps";
import { me, ModelRoom, randomOf } from "./modelRoom";

const noon = new Date(2026, 10, 21, 12).getTime();
const minutes = 60_000;
const hours = 60 * minutes;

const room = new ModelRoom(randomOf(1));
room.message("2");
const [pattern] = room.messages() as [Message];

const message = (seq: number, by: string, after: number, more: Partial<Message> = {}): Message => ({
  ...pattern,
  seq,
  by,
  at: new Date(noon + after).toISOString(),
  clientId: `c${seq}`,
  ...more,
});

const send = (clientId: string, after: number): Send => ({
  clientId,
  text: "text",
  replyTo: null,
  thread: null,
  at: new Date(noon + after).toISOString(),
  state: "pending",
  seq: null,
  error: null,
});

const grouped = (messages: readonly Message[]): boolean[] => rowsOf(messages, [], me).map((row) => row.grouped);

describe("rows", () => {
  test("of one author a few minutes apart go under one head", () => {
    expect(grouped([message(2, "2", 0), message(3, "2", 4 * minutes), message(4, "2", 8 * minutes)])).toEqual([false, true, true]);
    expect(grouped([message(2, "2", 0), message(3, "2", 6 * minutes)])).toEqual([false, false]);
    expect(grouped([message(2, "2", 0), message(3, "3", 0), message(4, "2", 0)])).toEqual([false, false, false]);
  });

  test("that answer something, or change between room and thread, have a head", () => {
    expect(grouped([message(2, "2", 0), message(3, "2", 0, { replyTo: 2 })])).toEqual([false, false]);
    expect(grouped([message(2, "2", 0), message(3, "2", 0, { thread: 2 }), message(4, "2", 0, { thread: 2 })])).toEqual([false, false, true]);
  });

  test("come by day", () => {
    const days = daysOf([message(2, "2", 0), message(3, "2", hours), message(4, "2", 13 * hours)], [], me, true);
    expect(days.map((day) => day.rows.map((row) => row.message.seq))).toEqual([[2, 3], [4]]);
    expect(days[1]!.rows[0]!.grouped).toBe(false);
    expect(new Set(days.map((day) => day.key)).size).toBe(2);
  });

  test("keep how they look when older ones come in front", () => {
    const all = Array.from({ length: 40 }, (_, i) => message(i + 2, String(2 + (Math.floor(i / 3) % 2)), i * hours));
    const looks = (from: number, start: boolean): Map<number, string> =>
      new Map(daysOf(all.slice(from), [], me, start).flatMap((day) => day.rows.map((r) => [r.message.seq, `${day.key} ${r.grouped}`])));
    const whole = looks(0, true);
    for (let from = 1; from < 38; from++) {
      for (const [seq, look] of looks(from, false)) {
        expect(look, `${seq} in a window from ${from}`).toBe(whole.get(seq));
      }
    }
  });

  test("of what is on its way are the last, also when this device's clock is behind", () => {
    const days = daysOf([message(2, "2", 0)], [send("a", -26 * hours), send("b", 10 * minutes)], me, true);
    expect(days.length).toBe(1);
    expect(days[0]!.rows.map((row) => row.send?.clientId)).toEqual([undefined, "a", "b"]);
  });

  test("of one's own keep their key from on their way to in the log", () => {
    const before = rowsOf([], [send("c9", 0)], me)[0]!.key;
    expect(rowsOf([message(9, me, 0)], [], me)[0]!.key).toBe(before);
  });

  test("of two users with the same clientId have keys of their own", () => {
    const rows = rowsOf([message(2, "2", 0, { clientId: "x" }), message(3, "3", 0, { clientId: "x" }), message(4, me, 0, { clientId: "x" })], [], me);
    expect(new Set(rows.map((row) => row.key)).size).toBe(3);
  });

  test("of what is on its way show the same message as long as nothing changes", () => {
    const sends = [send("a", 0)];
    expect(rowsOf([], sends, me)[0]!.message).toBe(rowsOf([], [...sends], me)[0]!.message);
  });
});

describe("a step", () => {
  const window = (from: number, seqs: readonly number[]): RoomState => {
    const state = openRoom(room.item(), me);
    return { ...state, log: { ...state.log, from, messages: seqs.map((seq) => message(seq, "2", 0)) } };
  };
  const seqs = (state: RoomState): number[] => state.log.messages.map((m) => m.seq);

  test("takes what goes at one end before what comes at the other", () => {
    const from = window(1, [2, 3, 4]);
    const to = window(3, [4, 5, 6]);
    const step = stepTo(from, to);
    expect(seqs(step)).toEqual([4]);
    expect(step.log.from).toBe(3);
    expect(stepTo(step, to)).toBe(to);
  });

  test("is one where only one end changes, or everything does", () => {
    const from = window(1, [2, 3, 4]);
    for (const to of [window(1, [2, 3, 4, 5]), window(2, [3, 4]), window(0, [1, 2, 3, 4]), window(9, [10, 11]), window(4, [])]) {
      expect(stepTo(from, to)).toBe(to);
    }
    expect(stepTo(window(4, []), from)).toBe(from);
  });
});
