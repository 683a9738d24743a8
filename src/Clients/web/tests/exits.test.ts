import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Exits } from "../src/chat/exits";

const refresh = vi.fn();
const held = new Set<string>();
let exits: Exits;

beforeEach(() => {
  vi.useFakeTimers();
  refresh.mockReset();
  held.clear();
  exits = new Exits((roomId) => held.has(roomId), refresh);
});
afterEach(() => {
  vi.useRealTimers();
});

test("a gained room is listed at once", () => {
  exits.changed("7", "joined");
  expect(refresh).toHaveBeenCalledOnce();
});

test.each(["left", "removed", "banned"])("a lost room (%s) waits for its own event, which has it listed", (change) => {
  held.add("7");
  exits.changed("7", change);
  expect(refresh).not.toHaveBeenCalled();
  held.delete("7"); // What the event led to.
  vi.runAllTimers();
  expect(refresh).not.toHaveBeenCalled();
});

test("a lost room whose event does not come is listed after a moment, once", () => {
  held.add("7");
  exits.changed("7", "removed");
  exits.changed("7", "removed");
  vi.runAllTimers();
  expect(refresh).toHaveBeenCalledOnce();
});

test("nothing is listed any more when it is stopped", () => {
  held.add("7");
  exits.changed("7", "removed");
  exits.stop();
  vi.runAllTimers();
  expect(refresh).not.toHaveBeenCalled();
});
