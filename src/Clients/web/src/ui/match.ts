/*
 * Finds names by what is typed, also while a Hangul syllable is being composed: "가나" is found by ㄱ, 가 and 간 on the way, and by its
 * first consonants ㄱㄴ alone. Letter case, accents, widths and the two Japanese syllabaries make no difference.
 */

const syllables = 0xac00;
const initials = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
/** Compound letters as they are typed, one key after the other. */
const vowels = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split(" ");
const finals = " ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(" ");
const compounds = new Map([..."ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄㅘㅙㅚㅝㅞㅟㅢ"].map((letter, i) => [
  letter,
  "ㄱㅅ ㄴㅈ ㄴㅎ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅂㅅ ㅗㅏ ㅗㅐ ㅗㅣ ㅜㅓ ㅜㅔ ㅜㅣ ㅡㅣ".split(" ")[i]!,
]));

/** A letter on its own, as an input method shows it; NFKC would make a conjoining one of it. */
const isLetter = (char: string): boolean => char >= "\u3131" && char <= "\u318e";

function lettersOf(char: string): string {
  const at = char.codePointAt(0)! - syllables;
  if (at >= 0 && at < 11_172) {
    return initials[Math.floor(at / 588)]! + vowels[Math.floor((at % 588) / 28)]! + finals[at % 28]!;
  }
  return compounds.get(char) ?? char;
}

/** As it was typed, without what makes no difference. */
function folded(text: string): readonly string[] {
  const even = [...text]
    .map((char) => (isLetter(char) ? char : char.normalize("NFKC")))
    .join("")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
  return [...even];
}

const initialOf = (char: string): string => {
  const at = char.codePointAt(0)! - syllables;
  return at >= 0 && at < 11_172 ? initials[Math.floor(at / 588)]! : char;
};

/** How well `name` fits what was typed: 0 from its start, 1 from the start of a word, 2 anywhere, null not at all. */
export function matchOf(name: string, query: string): number | null {
  const wanted = folded(query.trim());
  if (wanted.length === 0) {
    return 0;
  }
  const letters = wanted.map(lettersOf).join("");
  const chars = folded(name);
  const places = [
    placeOf(chars.map(lettersOf), letters),
    [...letters].every((letter) => initials.includes(letter)) ? placeOf(chars.map(initialOf), letters) : null,
  ].filter((place) => place !== null);
  return places.length === 0 ? null : Math.min(...places);
}

/** Looks for `wanted` from the start of each character, each given by its letters. */
function placeOf(chars: readonly string[], wanted: string): number | null {
  const all = chars.join("");
  let best: number | null = null;
  let offset = 0;
  for (let i = 0; i < chars.length; i++) {
    if (all.startsWith(wanted, offset)) {
      if (i === 0) {
        return 0;
      }
      const place = /[\s\p{P}\p{S}]/u.test(chars[i - 1]!) ? 1 : 2;
      best = best === null ? place : Math.min(best, place);
    }
    offset += chars[i]!.length;
  }
  return best;
}
