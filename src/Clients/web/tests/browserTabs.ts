import type { Shelf } from "../src/chat/shelf";

/** The storage of one browser, and its tabs: a change by one is told to the others. */
export class BrowserTabs {
  readonly stored = new Map<string, string>();
  readonly #tabs = new Map<object, Set<(key: string | null, text: string | null) => void>>();

  open(): Shelf {
    const tab = {};
    const listeners = new Set<(key: string | null, text: string | null) => void>();
    this.#tabs.set(tab, listeners);
    return {
      get: (key) => this.stored.get(key) ?? null,
      set: (key, text) => {
        if (text === (this.stored.get(key) ?? null)) {
          return;
        }
        if (text === null) {
          this.stored.delete(key);
        } else {
          this.stored.set(key, text);
        }
        this.#tell(tab, key, text);
      },
      keys: () => [...this.stored.keys()],
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }

  /** All site data is removed. */
  clear(): void {
    this.stored.clear();
    this.#tell(null, null, null);
  }

  #tell(from: object | null, key: string | null, text: string | null): void {
    for (const [tab, listeners] of this.#tabs) {
      if (tab !== from) {
        listeners.forEach((listener) => listener(key, text));
      }
    }
  }
}
