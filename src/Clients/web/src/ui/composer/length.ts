/** What the server takes as the text of a message, in bytes of UTF-8. */
export const bytesAtMost = 8192;
/** With less than this left people are told. */
const near = 1024;

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).length;

export interface Room {
  /** How many more characters like those that are there still fit, where that comes to be few; null before. */
  readonly left: number | null;
  /** How many characters have to go from the end; 0 when the text fits. */
  readonly excess: number;
}

/** How long a text is for a message, in characters, as people do not count bytes. */
export function roomIn(text: string): Room {
  // No character of three bytes or fewer takes more than one unit, and those of four take two.
  if (text.length * 3 <= bytesAtMost - near) {
    return { left: null, excess: 0 };
  }
  const bytes = bytesOf(text);
  if (bytes <= bytesAtMost - near) {
    return { left: null, excess: 0 };
  }
  const characters = [...text];
  if (bytes <= bytesAtMost) {
    return { left: Math.floor((bytesAtMost - bytes) / (bytes / characters.length)), excess: 0 };
  }
  let over = bytes - bytesAtMost;
  let excess = 0;
  while (over > 0) {
    over -= bytesOf(characters[characters.length - 1 - excess++]!);
  }
  return { left: 0, excess };
}
