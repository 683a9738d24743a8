import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, User } from "../src/chat/types";
import { Compose } from "../src/ui/composer/compose";
import { toggleMark } from "../src/ui/composer/format";
import { bytesAtMost, roomIn } from "../src/ui/composer/length";
import { fitting } from "../src/ui/composer/people";
import { wantedAt } from "../src/ui/composer/wanted";

/** `|` stands for the caret. */
function wanted(marked: string): string | null {
  const caret = marked.indexOf("|");
  const found = wantedAt(marked.replace("|", ""), caret);
  return found && `${found.kind} ${found.query} ${found.from}-${found.to}`;
}

describe("what is being typed", () => {
  test.each([
    ["@|", "mention  0-1"],
    ["hi @an|n", "mention an 3-6"],
    ["안녕 @민|", "mention 민 3-5"],
    ["안녕@ㅁ|", "mention ㅁ 2-4"],
    ["(@ann|", "mention ann 1-5"],
    [":ta|", "emoji :ta 0-3"],
    ["so :tada:|", "emoji :tada: 3-9"],
    [":웃|", "emoji :웃 0-2"],
    [":+1|", "emoji :+1 0-3"],
    ["（:heart|", "emoji :heart 1-7"],
  ])("%s is to be completed", (text, found) => expect(wanted(text)).toBe(found));

  test.each(["mail@ex|", "@ann |", "@a/b|", "12:30|", "note:ab|", ":|", ":D|", ":)|", "https://ab|", "x|", "|@ann", "비고:참고|"])("%s is not", (text) =>
    expect(wanted(text)).toBeNull(),
  );

  test("whatever stands there, what is found ends at the caret and begins with its sign", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom(..."@:a가b +_1") }), fc.string(), (before, typed, after) => {
        const text = before + typed + after;
        const caret = before.length + typed.length;
        const found = wantedAt(text, caret);
        if (found) {
          expect(found.to).toBe(caret);
          expect(text.slice(found.from, found.to)).toBe(found.kind === "mention" ? `@${found.query}` : found.query);
          expect(text[found.from]).toBe(found.kind === "mention" ? "@" : ":");
        }
      }),
    );
  });
});

describe("people to mention", () => {
  const person = (userId: string, username: string, displayName: string): User => ({ userId, username, displayName });
  const people = [person("1", "minsu", "김민수"), person("2", "yuki", "山田 ゆき"), person("3", "ann", "Ann Bergström"), person("4", "hanna", "Hanna"), person("5", "", "Unknown user")];
  const found = (query: string): string => fitting(people, query, 3).map((user) => user.username).join(" ");

  test.each([
    ["", "minsu yuki ann"],
    ["김", "minsu"],
    ["ㄱㅁㅅ", "minsu"],
    ["민", "minsu"],
    ["an", "ann hanna"],
    ["berg", "ann"],
    ["ゆ", "yuki"],
    ["ユ", "yuki"],
    ["unknown", ""],
  ])("%s", (query, names) => expect(found(query)).toBe(names));
});

/** Selections are in square brackets. */
function toggled(marked: string, mark: string): string {
  const start = marked.indexOf("[");
  const end = marked.indexOf("]") - 1;
  const text = marked.replace(/[[\]]/g, "");
  const change = toggleMark(text, start, end, mark);
  const after = text.slice(0, change.from) + change.text + text.slice(change.to);
  const [from, to] = change.selection;
  return `${after.slice(0, from)}[${after.slice(from, to)}]${after.slice(to)}`;
}

describe("marks by keys", () => {
  test.each([
    ["a [b] c", "**", "a [**b**] c"],
    ["a [**b**] c", "**", "a [b] c"],
    ["a **[b]** c", "**", "a [b] c"],
    ["a [] c", "**", "a **[]** c"],
    ["a **[]** c", "**", "a [] c"],
    ["[ b ]", "*", "[ *b* ]"],
    ["**[b]**", "*", "**[*b*]**"],
    ["*[b]*", "**", "*[**b**]*"],
    ["[one\ntwo\n\nthree]", "**", "[**one\ntwo**\n\n**three**]"],
    ["[강조]를", "**", "[**강조**]를"],
  ])("%s with %s", (before, mark, after) => expect(toggled(before, mark)).toBe(after));
});

describe("the length of a message", () => {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;

  test.each([
    ["", null, 0],
    ["x".repeat(7168), null, 0],
    ["x".repeat(8000), 192, 0],
    ["x".repeat(8192), 0, 0],
    ["x".repeat(8193), 0, 1],
    ["가".repeat(2000), null, 0],
    ["가".repeat(2730), 0, 0],
    ["가".repeat(2731), 0, 1],
    ["👍".repeat(2050), 0, 2],
  ])("%#", (text, left, excess) => expect(roomIn(text)).toEqual({ left, excess }));

  test("without what is too much it fits, and with one character more of that it does not", () => {
    const long = fc.tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), fc.integer({ min: 100, max: 900 })).map(([piece, times]) => piece.repeat(times));
    fc.assert(
      fc.property(long, (text) => {
        const { excess } = roomIn(text);
        const characters = [...text];
        expect(bytes(characters.slice(0, characters.length - excess).join(""))).toBeLessThanOrEqual(bytesAtMost);
        if (excess > 0) {
          expect(bytes(characters.slice(0, characters.length - excess + 1).join(""))).toBeGreaterThan(bytesAtMost);
        }
      }),
    );
  });
});

describe("what a composer is for", () => {
  const message = (seq: number, text: string): Message => ({
    id: `${seq}`, seq, by: "1", at: "2026-11-21T03:00:00.000Z", text, clientId: null, replyTo: null, thread: null, mentions: [], mentionsRoom: false,
    attachments: [], editedAt: null, deleted: false, pinned: false, reactions: [], threadCount: 0,
  });

  test("an edit that ends goes back to the reply that was begun", () => {
    const compose = new Compose();
    let focused = 0;
    const detach = compose.attach(() => focused++);
    compose.reply(message(1, "one"));
    compose.edit(message(2, "two"));
    compose.change("two, changed");
    expect(compose.state.get()).toMatchObject({ replyTo: { seq: 1 }, editing: { message: { text: "two" }, text: "two, changed" } });
    compose.endEdit();
    expect(compose.state.get()).toMatchObject({ replyTo: { seq: 1 }, editing: null });
    compose.endReply();
    expect(compose.state.get()).toEqual({ replyTo: null, editing: null });
    expect(focused).toBe(2);
    detach();
    compose.focus();
    expect(focused).toBe(2);
  });

  test("a reply ends an edit", () => {
    const compose = new Compose();
    compose.edit(message(2, "two"));
    compose.reply(message(1, "one"));
    expect(compose.state.get()).toMatchObject({ replyTo: { seq: 1 }, editing: null });
  });
});
