/** Puts a text on the clipboard; rejects where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  // Absent on plain http other than localhost.
  if ("clipboard" in navigator) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.className = "visually-hidden";
  area.value = text;
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) {
    before.focus({ preventScroll: true });
  }
  if (!copied) {
    throw new Error("The browser does not let the page copy.");
  }
}
