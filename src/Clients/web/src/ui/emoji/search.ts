export interface Emoji {
  readonly character: string;
  readonly name: string;
  /** As typed between colons, the usual one first. */
  readonly codes: readonly string[];
  /** All that it is found by, folded, each part after a ";". */
  readonly words: string;
}

/** Letter case makes no difference, and the letters of a Hangul syllable that is not finished find the whole one. */
export const folded = (text: string): string => text.normalize("NFKD").toLowerCase();

/** The emoji that fit what was typed, the best first: by code, then by the start of a word, then by anything within. */
export function findEmoji(all: readonly Emoji[], query: string, atMost: number): readonly Emoji[] {
  const wanted = folded(query.trim()).replace(/^:|:$/g, "");
  if (wanted === "") {
    return [];
  }
  const ranks: Emoji[][] = [[], [], [], [], []];
  for (const emoji of all) {
    const rank = rankOf(emoji, wanted);
    if (rank !== null) {
      ranks[rank]!.push(emoji);
    }
  }
  return ranks.flat().slice(0, atMost);
}

function rankOf({ codes, name, words, character }: Emoji, wanted: string): number | null {
  if (codes.includes(wanted) || character === wanted) {
    return 0;
  }
  if (codes.some((code) => code.startsWith(wanted)) || name.startsWith(wanted)) {
    return 1;
  }
  if (words.includes(`;${wanted}`)) {
    return 2;
  }
  const at = words.indexOf(wanted);
  if (at < 0) {
    return null;
  }
  return /[\s_-]/.test(words[at - 1] ?? "") ? 3 : 4;
}

/** The emoji whose code was typed in full, its colons included. */
export const emojiOfCode = (all: readonly Emoji[], typed: string): Emoji | undefined =>
  /^:[^:]+:$/.test(typed) ? all.find((emoji) => emoji.codes.includes(typed.slice(1, -1).toLowerCase())) : undefined;
