import { parseInline } from "./inline";
import { plain, type Block, type List, type ListItem } from "./tree";

/*
 * The part of Markdown that people use in a chat: fenced code, quotes, lists, and the marks of inline.ts. Everything else is text, with
 * its line breaks as they were typed. Quotes and lists nest up to a bound, beyond which their marks are text.
 */

const quotesAtMost = 4;
const listsAtMost = 4;

const fence = /^ {0,3}(`{3,})([^`]*)$/;
const language = /^[\w+#.-]{1,20}$/;
/** With a blank, so that >_< and >:( stay what they are. */
const quote = /^ {0,3}>(?: (.*))?$/;
const item = /^( *)(?:([-*])|(\d{1,3})\.) +(\S.*)$/;
const continued = /^ {2,}(\S.*)$/;

export function parse(text: string): readonly Block[] {
  return parseLines(text.split(/\r\n|\r|\n/), 0);
}

/** Enough of a text for a line in a list. */
const previewed = 400;

/** The text without its marks, on one line. */
export const plainText = (text: string): string => plain(parse(text.slice(0, previewed)));

function parseLines(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = [];
  const open = new Set<number>();
  let from = 0;
  const flush = (to: number): void => {
    const some = lines.slice(from, to);
    const first = some.findIndex((line) => line.trim() !== "");
    if (first >= 0) {
      // Other blocks keep their distance by themselves.
      const last = some.findLastIndex((line) => line.trim() !== "");
      blocks.push({ kind: "text", children: parseInline(some.slice(first, last + 1).join("\n")) });
    }
  };
  for (let at = 0; at < lines.length; ) {
    const found = fenced(lines, at, open) ?? quoted(lines, at, depth) ?? listed(lines, at);
    if (found) {
      flush(at);
      blocks.push(found.block);
      at = found.end;
      from = at;
    } else {
      at++;
    }
  }
  flush(lines.length);
  return blocks;
}

interface Found {
  readonly block: Block;
  /** The line where the text goes on. */
  readonly end: number;
}

/** `open` remembers the lengths of fences that no later line closes. */
function fenced(lines: readonly string[], at: number, open: Set<number>): Found | null {
  const match = fence.exec(lines[at]!);
  if (!match || open.has(match[1]!.length)) {
    return null;
  }
  const ticks = match[1]!;
  const info = match[2]!.trim();
  const named = language.test(info);
  const code = info === "" || named ? [] : [match[2]!];
  for (let end = at + 1; end < lines.length; end++) {
    const line = lines[end]!.trimEnd();
    if (line.endsWith(ticks)) {
      const last = line.replace(/`+$/, "");
      const text = [...code, ...(last.trim() === "" ? [] : [last])].join("\n");
      return text.trim() === "" ? null : { block: { kind: "code", language: named ? info : null, text }, end: end + 1 };
    }
    code.push(lines[end]!);
  }
  open.add(ticks.length);
  return null;
}

function quoted(lines: readonly string[], at: number, depth: number): Found | null {
  const inside: string[] = [];
  let end = at;
  for (let match; depth < quotesAtMost && end < lines.length && (match = quote.exec(lines[end]!)); end++) {
    inside.push(match[1] ?? "");
  }
  return inside.some((line) => line.trim() !== "") ? { block: { kind: "quote", children: parseLines(inside, depth + 1) }, end } : null;
}

interface Line {
  readonly indent: number;
  readonly number: number | null;
  readonly text: string;
}

function listed(lines: readonly string[], at: number): Found | null {
  const items: Line[] = [];
  let end = at;
  for (; end < lines.length; end++) {
    const match = item.exec(lines[end]!);
    const more = match ? null : continued.exec(lines[end]!);
    const last = items.at(-1);
    if (match) {
      const line = { indent: match[1]!.length, number: match[3] === undefined ? null : Number(match[3]), text: match[4]! };
      if (last && !isInside(items[0]!, line) && !isAlike(items[0]!, line)) {
        break;
      }
      items.push(line);
    } else if (more && last) {
      items[items.length - 1] = { ...last, text: `${last.text}\n${more[1]!}` };
    } else {
      break;
    }
  }
  return items.length === 0 ? null : { block: nest(items, 1)[0]!, end };
}

const isInside = (outer: Line, line: Line): boolean => line.indent >= outer.indent + 2;
const isAlike = (a: Line, b: Line): boolean => (a.number === null) === (b.number === null);

/** Items that stand deeper than the first go into lists under the one before them; bullets and numbers are different lists. */
function nest(lines: readonly Line[], depth: number): readonly List[] {
  const lists: { readonly kind: "list"; readonly ordered: boolean; readonly items: ListItem[] }[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at++]!;
    const from = at;
    while (depth < listsAtMost && at < lines.length && isInside(lines[0]!, lines[at]!)) {
      at++;
    }
    const ordered = line.number !== null;
    if (lists.at(-1)?.ordered !== ordered) {
      lists.push({ kind: "list", ordered, items: [] });
    }
    lists.at(-1)!.items.push({ number: line.number, children: parseInline(line.text), nested: nest(lines.slice(from, at), depth + 1) });
  }
  return lists;
}
