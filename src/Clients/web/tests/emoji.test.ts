import { describe, expect, test } from "vitest";
import { emojiCount } from "../src/ui/emoji/only";
import { emojiOfCode, findEmoji, folded, type Emoji } from "../src/ui/emoji/search";

const emoji = (character: string, name: string, codes: readonly string[], words: string): Emoji => ({
  character,
  name,
  codes,
  words: folded(`;${codes.join(";")};${name};${words}`),
});
const all = [
  emoji("😀", "grinning face", ["grinning"], "cheerful;happy;웃는 얼굴;미소;笑い;笑脸"),
  emoji("😼", "cat with wry smile", ["smirk_cat"], "face;ironic"),
  emoji("🐱", "cat face", ["cat"], "pet;고양이"),
  emoji("👍", "thumbs up", ["+1", "thumbsup"], "yes;good;좋아요"),
  emoji("🎉", "party popper", ["tada"], "celebrate;hooray;축하"),
];
const found = (query: string): string => findEmoji(all, query, 9).map((e) => e.character).join("");

describe("finding emoji", () => {
  test.each([
    ["cat", "🐱😼"],
    ["face", "😼😀🐱"],
    ["+1", "👍"],
    ["THUMBS", "👍"],
    [":tada:", "🎉"],
    ["hoo", "🎉"],
    ["웃", "😀"],
    ["우", "😀"],
    ["얼굴", "😀"],
    ["좋아", "👍"],
    ["笑", "😀"],
    ["up", "👍"],
    ["nothing like it", ""],
    ["", ""],
  ])("%s", (query, characters) => expect(found(query)).toBe(characters));

  test("gives no more than asked for", () => expect(findEmoji(all, "c", 2)).toHaveLength(2));

  test("a whole code names one", () => {
    expect(emojiOfCode(all, ":Tada:")?.character).toBe("🎉");
    expect(emojiOfCode(all, ":tada")).toBeUndefined();
    expect(emojiOfCode(all, ":nothing:")).toBeUndefined();
  });
});

describe("messages of emoji only", () => {
  test.each([
    ["😀", 1],
    ["👩‍💻🇰🇷 ❤️‍🔥", 3],
    ["👍🏽\n👍", 2],
    ["❤", 1],
    ["#️⃣", 0],
    ["1", 0],
    ["😀!", 0],
    ["ㅋㅋ😀", 0],
    ["", 0],
    ["😀".repeat(12), 12],
    ["😀".repeat(13), 0],
    ["😀".repeat(4000), 0],
  ])("%j", (text, count) => expect(emojiCount(text)).toBe(count));
});
