import { Store } from "../../chat/store";

/** What was picked last in this browser, the latest first. */

const key = "chat.emoji.recent";
const keptAtMost = 24;
const usual = ["👍", "❤️", "😂", "🎉", "🙏", "👀"];

function stored(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(value) ? value.filter((e): e is string => typeof e === "string" && e !== "" && e.length <= 64).slice(0, keptAtMost) : [];
  } catch {
    return [];
  }
}

export const recentEmoji = new Store<readonly string[]>(stored());

export function noteEmoji(character: string): void {
  recentEmoji.update((before) => [character, ...before.filter((e) => e !== character)].slice(0, keptAtMost));
  try {
    localStorage.setItem(key, JSON.stringify(recentEmoji.get()));
  } catch {
    // A browser that stores nothing remembers until the page is closed.
  }
}

/** The ones to offer at once: those picked last, filled up with those that most people use. */
export const quickEmoji = (recent: readonly string[], count: number): readonly string[] => [...new Set([...recent, ...usual])].slice(0, count);

window.addEventListener("storage", (event) => {
  if (event.key === key) {
    recentEmoji.update(stored);
  }
});
