import { describe, expect, test } from "vitest";
import type { Message } from "../src/chat/types";
import { Compose } from "../src/ui/composer/compose";
import { actionOfKey, actionsOf } from "../src/ui/messages/actions";
import type { MessageRights, Surface } from "../src/ui/messages/surface";

const message: Message = {
  id: "9", seq: 9, by: "1", at: "2026-11-21T03:00:00.000Z", text: "hi", clientId: null, replyTo: null, thread: null, mentions: [], mentionsRoom: false,
  attachments: [], editedAt: null, deleted: false, pinned: false, reactions: [], threadCount: 0,
};
const all: MessageRights = { write: true, pin: true, removeOwn: true, removeAll: true };
const member: MessageRights = { ...all, pin: false, removeAll: false };
const reader: MessageRights = { write: false, pin: false, removeOwn: false, removeAll: false };
const surface = (rights: MessageRights, more: Partial<Surface> = {}): Surface => ({
  roomId: "5", kind: "private", thread: null, me: "1", rights, compose: new Compose(), remove: () => undefined, ...more,
});
const ids = (change: Partial<Message>, on: Surface): string => actionsOf({ ...message, ...change }, on).map((action) => action.id).join(" ");

describe("what can be done with a message", () => {
  test("one's own, as an owner", () =>
    expect(ids({}, surface(all))).toBe("react reply thread edit pin copy-text copy-link readers remove"));
  test("another's, as a member", () => expect(ids({ by: "2" }, surface(member))).toBe("react reply thread copy-text copy-link"));
  test("another's, as a moderator", () => expect(ids({ by: "2", pinned: true }, surface(all))).toBe("react reply thread unpin copy-text copy-link remove"));
  test("where nothing can be written", () => expect(ids({}, surface(reader))).toBe("copy-text copy-link readers"));
  test("where nothing can be written, but there is a thread to read", () =>
    expect(ids({ threadCount: 2 }, surface(reader))).toBe("thread copy-text copy-link readers"));
  test("one that is muted may still delete what they wrote", () => expect(ids({}, surface({ ...reader, removeOwn: true }))).toContain("remove"));
  test("one that is deleted", () => expect(ids({ deleted: true, text: "" }, surface(all))).toBe("reply thread copy-link"));
  test("in a thread", () => expect(ids({ thread: 3 }, surface(member, { thread: 3 }))).toBe("react reply edit copy-text copy-link readers remove"));
});

describe("keys on a message", () => {
  const actions = actionsOf(message, surface(all));
  test.each([
    ["e", "KeyE", "edit"],
    ["E", "KeyE", "edit"],
    ["ㄷ", "KeyE", "edit"],
    ["к", "KeyR", "reply"],
    ["+", "Equal", "react"],
    ["Delete", "Delete", "remove"],
    ["Tab", "Tab", undefined],
    ["ArrowUp", "ArrowUp", undefined],
    ["Enter", "Enter", undefined],
    ["x", "KeyX", undefined],
  ])("%s (%s)", (key, code, id) => expect(actionOfKey(actions, key, code)?.id).toBe(id));

  test("a key without its action does nothing", () => expect(actionOfKey(actionsOf({ ...message, by: "2" }, surface(member)), "e", "KeyE")).toBeUndefined());
});
