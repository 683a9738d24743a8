/** Puts a text in place of a part of a field's, as if it were typed: the browser's undo takes it back. */
export function typeOver(area: HTMLTextAreaElement, from: number, to: number, text: string, selection?: readonly [number, number]): void {
  area.focus();
  area.setSelectionRange(from, to);
  // Deprecated, and the only way that undo knows of.
  const typed = document.execCommand(text === "" ? "delete" : "insertText", false, text);
  if (!typed) {
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (selection) {
    area.setSelectionRange(...selection);
  }
}

/**
 * A key that belongs to an input method, as the Enter that takes what was composed. Safari ends the composition before this event and
 * marks it by the key code only.
 */
export const isComposing = (event: { readonly nativeEvent: KeyboardEvent }): boolean => event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229;
