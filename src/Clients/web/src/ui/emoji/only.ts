/** More than this many emoji are a text again. */
const atMost = 12;

// The flag v is newer than the language that the page is compiled for.
const emoji = new RegExp("^\\p{RGI_Emoji}$", "v");
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many emoji a text is made of; 0 when there is anything else in it, or when they are too many. */
export function emojiCount(text: string): number {
  let count = 0;
  // The longest emoji are flags of 14 units.
  if (text.length > atMost * 16) {
    return 0;
  }
  for (const { segment } of graphemes.segment(text)) {
    if (/^\s+$/.test(segment)) {
      continue;
    }
    // Many write ❤ where Unicode asks for ❤️.
    if ((!emoji.test(segment) && !emoji.test(`${segment}\ufe0f`)) || /^[#*\d]/.test(segment) || ++count > atMost) {
      return 0;
    }
  }
  return count;
}
