import { addressAt, destinationAt } from "./links";
import type { Inline, Mark } from "./tree";

/*
 * Marks within a line, in one pass. Each kind of mark remembers its last opener only, and closing one turns what is open inside it into
 * text, so the work is linear, no mark is ever inside itself, and the tree is at most five deep, whatever is typed.
 *
 * CommonMark's rules for what opens and closes look at blanks and punctuation, and fail where words are written without blanks between
 * them ("**강조**를" stays plain when the bold part ends in a bracket). These ask less:
 *
 *   marks  may open                                              may close
 *   **     unless a letter or digit of a spaced script precedes  before anything
 *   *  _   unless a letter or digit precedes                     unless a letter or digit of a spaced script follows
 *   ~~     unless a letter or digit precedes                     before anything
 *
 * always with something other than a blank inside. So snake_case, 2*3*4, 2**3**4, 보고서_최종_수정, 김*수 and 네~~ stay as they are. A
 * backslash before a mark keeps it as text, and stays itself, as in ¯\_(ツ)_/¯ and C:\*.*.
 */

const marks = { "**": "strong", "*": "em", _: "em", "~~": "strike" } as const satisfies Readonly<Record<string, Mark>>;
type MarkText = keyof typeof marks;

/** The marks that a run of one character may be made of, the outer one first; none for a run that is no mark. */
function kindsOf(run: string): readonly MarkText[] {
  return run === "***" ? ["**", "*"] : run in marks ? [run as MarkText] : [];
}

/** A mark that may turn out to open something; as long as it does not, it is text. */
interface Opener {
  readonly kind: "opener";
  readonly text: string;
}

const letter = /[\p{L}\p{N}]/u;
const unspaced = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
const isBlank = (char: string): boolean => char === "" || /\s/.test(char);
const isLetter = (char: string): boolean => letter.test(char);
const isSpaced = (char: string): boolean => letter.test(char) && !unspaced.test(char);

const mention = /@[A-Za-z0-9][A-Za-z0-9._-]{1,31}/y;
const escape = /\\(?:\*+|_+|~+|`+|[[\]@])?/y;
const blankLine = /\n[^\S\n]*\n/y;
const beforeMention = /[A-Za-z0-9._%+-]/;

export function parseInline(text: string): readonly Inline[] {
  return new Pass(text).run();
}

class Pass {
  readonly #text: string;
  readonly #codeEnds: ReadonlyMap<number, number>;
  readonly #out: (Inline | Opener)[] = [];
  /** Where in `out` the last opener of each kind stands. */
  readonly #open = new Map<MarkText, number>();
  /** Where in `out`, and in the text, square brackets stand that are not closed. */
  #brackets: { readonly out: number; readonly at: number }[] = [];
  /** The text from here to `at` is not in `out` yet. */
  #from = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#codeEnds = codeEnds(text);
  }

  run(): readonly Inline[] {
    while (this.#at < this.#text.length) {
      if (!this.#step()) {
        this.#at++;
      }
    }
    this.#flush();
    return asNodes(this.#out);
  }

  /** True when it moved on by itself; false when the character here is text. */
  #step(): boolean {
    const text = this.#text;
    switch (text[this.#at]) {
      case "\\":
        // What follows is text, also when it is a whole run of marks.
        escape.lastIndex = this.#at;
        this.#at += escape.exec(text)![0].length;
        return true;
      case "`":
        return this.#code();
      case "*":
      case "_":
      case "~":
        return this.#marks();
      case "[":
        this.#flush();
        this.#brackets.push({ out: this.#out.length, at: this.#at });
        this.#out.push({ kind: "opener", text: "[" });
        this.#skip(1);
        return true;
      case "]":
        return this.#link();
      case "@":
        return this.#mention();
      case "h":
      case "H":
        return this.#address();
      case "\n":
        // Nothing reaches over a blank line.
        blankLine.lastIndex = this.#at;
        if (blankLine.test(text)) {
          this.#open.clear();
          this.#brackets = [];
        }
        return false;
      default:
        return false;
    }
  }

  #code(): boolean {
    const length = runLength(this.#text, this.#at);
    const end = this.#codeEnds.get(this.#at);
    if (end === undefined) {
      this.#at += length;
      return true;
    }
    const inside = this.#text.slice(this.#at + length, end);
    // One blank on each side keeps backticks inside away from those around.
    const padded = inside.startsWith(" ") && inside.endsWith(" ") && inside.trim() !== "";
    this.#add({ kind: "code", text: padded ? inside.slice(1, -1) : inside }, end + length);
    return true;
  }

  #marks(): boolean {
    const char = this.#text[this.#at]!;
    const length = runLength(this.#text, this.#at);
    const kinds = kindsOf(char.repeat(Math.min(length, 4)));
    if (kinds.length === 0) {
      this.#at += length;
      return true;
    }
    const before = charBefore(this.#text, this.#at);
    const after = charAt(this.#text, this.#at + length);
    const double = length > 1;
    const mayClose = !isBlank(before) && (double || !isSpaced(after));
    const mayOpen = !isBlank(after) && !(char === "*" && double ? isSpaced(before) : isLetter(before));
    this.#flush();
    let left = length;
    for (let kind = mayClose && this.#innermost(kinds); kind; kind = this.#innermost(kinds.filter((k) => k.length <= left))) {
      this.#close(kind);
      left -= kind.length;
    }
    for (const kind of left === length ? kinds : kindsOf(char.repeat(left))) {
      if (mayOpen) {
        this.#open.set(kind, this.#out.length);
      }
      this.#out.push({ kind: "opener", text: kind });
    }
    this.#skip(length);
    return true;
  }

  /** That of these kinds which was opened last. */
  #innermost(kinds: readonly MarkText[]): MarkText | undefined {
    return kinds.filter((kind) => this.#open.has(kind)).sort((a, b) => this.#open.get(b)! - this.#open.get(a)!)[0];
  }

  #close(kind: MarkText): void {
    const at = this.#open.get(kind)!;
    const children = asNodes(this.#out.splice(at).slice(1));
    this.#forget(at);
    this.#out.push({ kind: marks[kind], children });
  }

  #link(): boolean {
    const bracket = this.#brackets.pop();
    if (!bracket || this.#text[this.#at + 1] !== "(") {
      return false;
    }
    const label = this.#text.slice(bracket.at + 1, this.#at);
    // Words that name an address themselves must not lead to another one.
    const found = label.trim() === "" || /:\/\/|www\./i.test(label) ? null : destinationAt(this.#text, this.#at + 1);
    if (!found) {
      return false;
    }
    this.#flush();
    const children = asNodes(this.#out.splice(bracket.out).slice(1)).map(withoutMentions);
    this.#forget(bracket.out);
    this.#brackets = [];
    this.#add({ kind: "link", href: found.href, children }, found.end);
    return true;
  }

  #mention(): boolean {
    mention.lastIndex = this.#at;
    const match = beforeMention.test(this.#text[this.#at - 1] ?? "") ? null : mention.exec(this.#text);
    if (!match) {
      return false;
    }
    this.#add({ kind: "mention", name: match[0].slice(1) }, mention.lastIndex);
    return true;
  }

  #address(): boolean {
    const found = addressAt(this.#text, this.#at);
    if (!found) {
      return false;
    }
    this.#add({ kind: "link", href: found.href, children: [{ kind: "text", text: this.#text.slice(this.#at, found.end) }] }, found.end);
    return true;
  }

  /** What stood in `out` from there on is inside something now. */
  #forget(from: number): void {
    for (const [kind, at] of this.#open) {
      if (at >= from) {
        this.#open.delete(kind);
      }
    }
    while (this.#brackets.length > 0 && this.#brackets.at(-1)!.out >= from) {
      this.#brackets.pop();
    }
  }

  #add(node: Inline, end: number): void {
    this.#flush();
    this.#out.push(node);
    this.#at = end;
    this.#from = end;
  }

  #skip(length: number): void {
    this.#at += length;
    this.#from = this.#at;
  }

  #flush(): void {
    if (this.#at > this.#from) {
      this.#out.push({ kind: "text", text: this.#text.slice(this.#from, this.#at) });
    }
    this.#from = this.#at;
  }
}

function runLength(text: string, at: number): number {
  let end = at;
  while (text[end] === text[at]) {
    end++;
  }
  return end - at;
}

function charAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? "" : String.fromCodePoint(point);
}

function charBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  return at >= 2 && low >= 0xdc00 && low <= 0xdfff ? text.slice(at - 2, at) : (text[at - 1] ?? "");
}

/** For each run of backticks that another one of the same length follows on its line, where that one stands. */
function codeEnds(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const waiting = new Map<number, number>();
  for (const { 0: found, index } of text.matchAll(/\\?`+|\n/g)) {
    if (found === "\n") {
      waiting.clear();
      continue;
    }
    // After a backslash a run closes, and does not open.
    const escaped = found.startsWith("\\") ? 1 : 0;
    const length = found.length - escaped;
    const opener = waiting.get(length);
    if (opener !== undefined) {
      ends.set(opener, index + escaped);
    }
    if (escaped) {
      waiting.delete(length);
    } else {
      waiting.set(length, index);
    }
  }
  return ends;
}

/** Openers that opened nothing are text, and neighbouring texts one. */
function asNodes(parts: readonly (Inline | Opener)[]): readonly Inline[] {
  const nodes: Inline[] = [];
  let text = "";
  for (const part of parts) {
    if (part.kind === "opener" || part.kind === "text") {
      text += part.text;
      continue;
    }
    if (text !== "") {
      nodes.push({ kind: "text", text });
      text = "";
    }
    nodes.push(part);
  }
  if (text !== "") {
    nodes.push({ kind: "text", text });
  }
  return nodes;
}

/** A link holds nothing else that can be clicked. */
function withoutMentions(node: Inline): Inline {
  switch (node.kind) {
    case "mention":
      return { kind: "text", text: `@${node.name}` };
    case "text":
    case "code":
      return node;
    default:
      return { ...node, children: node.children.map(withoutMentions) };
  }
}
