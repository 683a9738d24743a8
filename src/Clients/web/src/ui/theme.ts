import { Store } from "../chat/store";

export type Theme = "system" | "light" | "dark";

/*
 * The colours are chosen by `data-theme` on the root element. `public/theme.js` sets it before the first paint; this is the same for
 * what changes later, here or in another tab. The key is known to both.
 */

const key = "chat.theme";
const root = document.documentElement;

const attribute = (): Theme => {
  const theme = root.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
};

export const theme = new Store<Theme>(attribute());

export function setTheme(next: Theme): void {
  show(next);
  try {
    if (next === "system") {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, next);
    }
  } catch {
    // A browser that stores nothing shows the choice until the page is closed.
  }
}

function show(next: Theme): void {
  if (next === "system") {
    delete root.dataset.theme;
  } else {
    root.dataset.theme = next;
  }
  theme.update(attribute);
  paintBar();
}

/** The browser's bar around the page follows the system by itself, and a chosen theme from here. */
function paintBar(): void {
  const chosen = attribute();
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const own = meta.dataset.scheme;
    meta.media = chosen === "system" ? `(prefers-color-scheme: ${own})` : own === chosen ? "all" : "not all";
  }
}

paintBar();

window.addEventListener("storage", (event) => {
  if (event.key === key) {
    show(event.newValue === "light" || event.newValue === "dark" ? event.newValue : "system");
  }
});
