import { describe, expect, test } from "vitest";
import type { Message, User } from "../src/chat/types";
import { keepSame, readersOf } from "../src/ui/readers";

const user = (userId: string): User => ({ userId, username: `u${userId}`, displayName: `User ${userId}`, status: null });
const users = new Map(["2", "3", "4"].map((userId) => [userId, user(userId)]));
const messages = [3, 5, 6, 9].map((seq) => ({ seq, by: seq === 6 ? "3" : "1" })) as Message[];
const at = (reads: [string, number][], toEnd = true): [number, string[]][] =>
  [...readersOf(messages, toEnd, new Map(reads), users)].map(([seq, readers]) => [seq, readers.map((reader) => reader.userId)]);

describe("readers", () => {
  test("stand at the last message up to their mark, which may be at another event", () => {
    expect(at([["2", 3], ["3", 4], ["4", 12]])).toEqual([[3, ["2", "3"]], [9, ["4"]]]);
  });

  test("stand nowhere where that message is not held", () => {
    expect(at([["2", 2]])).toEqual([]);
    expect(at([["2", 9], ["3", 12], ["4", 5]], false)).toEqual([[5, ["4"]]]);
  });

  test("are not shown at what they wrote, nor when nothing is known of them", () => {
    expect(at([["3", 8], ["5", 9]])).toEqual([]);
  });

  test("stay the same where nothing changed", () => {
    const before = readersOf(messages, true, new Map([["2", 3], ["4", 5]]), users);
    expect(keepSame(before, readersOf(messages, true, new Map([["2", 3], ["4", 5]]), users))).toBe(before);
    const after = keepSame(before, readersOf(messages, true, new Map([["2", 3], ["4", 9]]), users));
    expect(after.get(3)).toBe(before.get(3));
    expect([...after.keys()]).toEqual([3, 9]);
  });
});
