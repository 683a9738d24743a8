import { describe, expect, test } from "vitest";
import { emojiList, emojiWords } from "../../build/emoji.ts";

const all = emojiList().flatMap(([, emoji]) => emoji);
// The flag v is newer than the language that these tests are compiled for.
const one = new RegExp("^\\p{RGI_Emoji}$", "v");

describe("the list of emoji", () => {
  test("holds each emoji once, as the server takes it for a reaction", () => {
    expect(all.length).toBeGreaterThan(1500);
    expect(all.filter(([emoji]) => !one.test(emoji))).toEqual([]);
    expect(new Set(all.map(([emoji]) => emoji)).size).toBe(all.length);
    expect(all.filter(([emoji]) => new TextEncoder().encode(emoji).length > 64)).toEqual([]);
  });

  test("knows names, codes and words", () => {
    expect(all.find(([emoji]) => emoji === "👍")).toEqual(["👍", "thumbs up", "+1;thumbsup", expect.stringContaining("yes")]);
    expect(all.find(([emoji]) => emoji === "❤️")?.[1]).toBe("red heart");
    expect(all.find(([emoji]) => emoji === "🇰🇷")?.[1]).toBe("flag: South Korea");
  });

  test("is in groups without empty ones and without parts of emoji", () => {
    expect(emojiList().map(([group]) => group)).toEqual([
      "Smileys & emotion", "People & body", "Animals & nature", "Food & drink", "Travel & places", "Activities", "Objects", "Symbols", "Flags",
    ]);
    expect(emojiList().filter(([, emoji]) => emoji.length === 0)).toEqual([]);
  });

  test.each([
    ["ko", "👍", "좋아요"],
    ["ja", "👍", "いいね"],
    ["zh", "👍", "拇指"],
    ["zh-hant", "🇰🇷", "南韓"],
  ])("has words in %s, in the same order", (language, emoji, word) => {
    const words = emojiWords(language);
    expect(words.length).toBe(all.length);
    expect(words.filter((w) => w === "").length).toBeLessThan(20);
    expect(words[all.findIndex(([character]) => character === emoji)]).toContain(word);
  });
});
