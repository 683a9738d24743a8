import { describe, expect, test } from "vitest";
import { ChatError } from "../src/chat/errors";
import { routeOf } from "../src/ui/route";
import { agoText, presenceText, untilText } from "../src/ui/text";
import { Toasts } from "../src/ui/toasts";

describe("an address", () => {
  test.each([
    ["", null, null],
    ["#/", null, null],
    ["#/rooms/17", "17", null],
    ["#/rooms/17/members", "17", { kind: "members" }],
    ["#/rooms/17/pins", "17", { kind: "pins" }],
    ["#/rooms/17/thread/4", "17", { kind: "thread", seq: 4 }],
    ["#/rooms/17/thread/", null, null],
    ["#/rooms/x", null, null],
    ["#/rooms/17/anything", null, null],
  ])("%s", (hash, roomId, panel) => expect(routeOf(hash)).toEqual({ roomId, panel, seq: null }));
});

describe("times", () => {
  const now = Date.parse("2026-11-21T12:00:00.000Z");
  const before = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

  test.each([
    [0, "just now"],
    [5, "5 minutes ago"],
    [59, "59 minutes ago"],
    [60, "1 hour ago"],
    [60 * 24, "yesterday"],
    [60 * 24 * 3, "3 days ago"],
    [-5, "just now"], // The server's clock is ahead.
  ])("%i minutes", (minutes, text) => expect(agoText(before(minutes), now)).toBe(text));

  test("presence says the most that is known", () => {
    expect(presenceText({ status: "online", lastSeen: null })).toBe("Online");
    expect(presenceText({ status: "away", lastSeen: null })).toBe("Away");
    expect(presenceText({ status: "offline", lastSeen: before(5) }, now)).toBe("Last seen 5 minutes ago");
    expect(presenceText({ status: "offline", lastSeen: null })).toBe("Offline");
    expect(presenceText(undefined)).toBe("Offline");
  });

  test("a mute that does not end by itself names no time", () => {
    expect(untilText(new Date(now + 50 * 365 * 24 * 3600_000).toISOString(), now)).toBe("");
    expect(untilText(before(-60), now)).toMatch(/^ until /);
  });
});

describe("notices", () => {
  test("the same words are shown once, and heard again", () => {
    const toasts = new Toasts();
    toasts.say("Added.");
    const [first] = toasts.shown.get();
    toasts.say("Removed.");
    toasts.say("Added.");
    expect(toasts.shown.get().map((toast) => toast.text)).toEqual(["Removed.", "Added."]);
    expect(toasts.shown.get()[1]!.id).not.toBe(first!.id);
  });

  test("an error says what the server said", () => {
    const toasts = new Toasts();
    toasts.fail(new ChatError("room.archived", "The room is archived and read only"));
    toasts.fail(new Error("inner words"));
    expect(toasts.shown.get().map(({ kind, text }) => [kind, text])).toEqual([
      ["error", "The room is archived and read only"],
      ["error", "Something went wrong."],
    ]);
  });

  test("only the last few stand there, until they are dismissed", () => {
    const toasts = new Toasts();
    [1, 2, 3, 4, 5, 6].forEach((i) => toasts.say(`${i}`));
    expect(toasts.shown.get().map((toast) => toast.text)).toEqual(["3", "4", "5", "6"]);
    toasts.dismiss(toasts.shown.get()[1]!.id);
    expect(toasts.shown.get().map((toast) => toast.text)).toEqual(["3", "5", "6"]);
  });
});
