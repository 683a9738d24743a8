import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChatError, Code } from "../src/chat/errors";
import { Marks } from "../src/chat/marks";

describe("Marks", () => {
  let told: number[];
  let answer: () => Promise<unknown>;
  let marks: Marks;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    answer = () => Promise.resolve();
    marks = new Marks((_, seq) => {
      told.push(seq);
      return answer();
    });
  });

  afterEach(() => {
    marks.stop();
    vi.useRealTimers();
  });

  test("a busy room is told now and then, of its last mark", async () => {
    for (let seq = 1; seq <= 500; seq++) {
      marks.set("7", seq);
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told.at(-1)).toBe(500);
    expect(told.length).toBeGreaterThan(3);
    expect(told.length).toBeLessThan(20);
  });

  test("a mark that the connection lost is told again on the next one", async () => {
    answer = () => Promise.reject(new ChatError(Code.disconnected, "lost"));
    marks.set("7", 5);
    await vi.advanceTimersByTimeAsync(1_000);
    answer = () => Promise.resolve();
    marks.flush();
    await vi.advanceTimersByTimeAsync(0);
    marks.flush();
    expect(told).toEqual([5, 5]);
  });

  test("a mark that was refused is not told again", async () => {
    answer = () => Promise.reject(new ChatError("room.not_found", "No."));
    marks.set("7", 5);
    await vi.advanceTimersByTimeAsync(1_000);
    marks.flush();
    expect(told).toEqual([5]);
  });
});
