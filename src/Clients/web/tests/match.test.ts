import { describe, expect, test } from "vitest";
import { matchOf } from "../src/ui/match";

describe("finding a name", () => {
  test.each([
    ["서울 오피스", "ㅅ", 0],
    ["서울 오피스", "서우", 0],
    ["서울 오피스", "서울", 0],
    ["서울 오피스", "ㅅㅇ", 0],
    ["서울 오피스", "ㅇㅍㅅ", 1],
    ["가서", "ㄳ", 0], // Some input methods make one letter of ㄱ and ㅅ.
    ["서울 오피스", "오핏", 1], // On the way from 오피 to 오피스.
    ["서울 오피스", "울", 2],
    ["서울 오피스", "부산", null],
    ["과일", "고", 0], // 과 is typed ㄱㅗㅏ.
    ["앉다", "안", 0],
    ["닭", "달", 0],
    ["값", "갑", 0],
    ["ㄳ", "ㄱ", 0],
  ])("%s by %s while it is composed", (name, query, place) => expect(matchOf(name, query)).toBe(place));

  test.each([
    ["José Álvarez", "jose", 0],
    ["José Álvarez", "ALV", 1],
    ["ＡＢＣ", "abc", 0],
    ["カフェ", "かふぇ", 0],
    ["ｶﾌｪ", "カフェ", 0],
    ["Дмитрий", "дми", 0],
    ["读书会 📚", "书", 2],
    ["读书会 📚", "📚", 1],
    ["Release 4.2", "4", 1],
    ["Release 4.2", "2", 1],
    ["anything", "  ", 0],
    ["", "a", null],
  ])("%s by %s whatever its case, accents and widths", (name, query, place) => expect(matchOf(name, query)).toBe(place));

  test("a syllable's own letters are no first consonants of others", () => {
    expect(matchOf("가", "ㅏ")).toBeNull();
    expect(matchOf("각", "ㄱㄱ")).toBeNull();
  });
});
