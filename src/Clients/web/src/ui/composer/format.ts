/** A part of a text and what stands in its place, with what is selected afterwards. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly selection: readonly [number, number];
}

/** Puts marks around what is selected, or takes them away where they stand already. */
export function toggleMark(text: string, start: number, end: number, mark: string): Change {
  const selected = text.slice(start, end);
  const width = mark.length;
  if (isMarked(text, start - width, end + width, mark)) {
    return { from: start - width, to: end + width, text: selected, selection: [start - width, end - width] };
  }
  if (selected.length > 2 * width && isMarked(selected, 0, selected.length, mark)) {
    return { from: start, to: end, text: selected.slice(width, -width), selection: [start, end - 2 * width] };
  }
  // Marks with a blank inside mark nothing, and they do not reach over blank lines.
  const wrapped =
    selected === "" ? mark + mark : selected.replace(/\S(?:(?!\n\s*\n)[\s\S])*\S|\S/g, (part) => `${mark}${part}${mark}`);
  const selection: readonly [number, number] = selected === "" ? [start + width, start + width] : [start, start + wrapped.length];
  return { from: start, to: end, text: wrapped, selection };
}

/** One more of the same character on either side would be another mark: **bold** is not *italic*. */
function isMarked(text: string, from: number, to: number, mark: string): boolean {
  if (from < 0 || to > text.length || to - from < 2 * mark.length) {
    return false;
  }
  const char = mark[0]!;
  const inside = text.slice(from + mark.length, to - mark.length);
  return (
    text.startsWith(mark, from) &&
    text.endsWith(mark, to) &&
    text[from - 1] !== char &&
    text[to] !== char &&
    !inside.startsWith(char) &&
    !inside.endsWith(char)
  );
}
