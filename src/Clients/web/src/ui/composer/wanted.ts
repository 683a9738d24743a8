/** What is being typed at the caret that could be completed: `text` from `from` to `to`, sign included. */
export interface Wanted {
  readonly kind: "mention" | "emoji";
  readonly query: string;
  readonly from: number;
  readonly to: number;
}

// As the server finds mentions: not inside an address (mail@example), but right after text that is written without blanks.
const mention = /(?:^|[^A-Za-z0-9._%+-])@([^\s@:/]{0,32})$/;
// Behind a blank or an opening bracket only, so that times and labels are left alone.
const emoji = /(?:^|[\s([{（「『【])(:[\p{L}\p{M}\p{N}_+-]{1,32}:?)$/u;
/** In scripts where a letter says as much as a syllable or a word, one is enough. */
const enough = /^:(?:[^\x00-\x7f]|..)/;

export function wantedAt(text: string, caret: number): Wanted | null {
  const before = text.slice(Math.max(0, caret - 64), caret);
  const name = mention.exec(before);
  if (name) {
    const query = name[1]!;
    return { kind: "mention", query, from: caret - query.length - 1, to: caret };
  }
  const code = emoji.exec(before)?.[1];
  return code !== undefined && enough.test(code) ? { kind: "emoji", query: code, from: caret - code.length, to: caret } : null;
}
