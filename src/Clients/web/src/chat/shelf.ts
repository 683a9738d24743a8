/** Texts that this browser keeps, the same ones for all of its tabs. */
export interface Shelf {
  get(key: string): string | null;
  /** Null removes. What cannot be kept, as where storage is full or off, is only not kept. */
  set(key: string, text: string | null): void;
  keys(): readonly string[];
  /** Calls back after a change by another tab, with a null key after all texts were removed; returns how to stop it. */
  subscribe(listener: (key: string | null, text: string | null) => void): () => void;
}

export function browserShelf(storage: Storage = localStorage): Shelf {
  return {
    get: (key) => storage.getItem(key),
    set(key, text) {
      try {
        if (text === null) {
          storage.removeItem(key);
        } else {
          storage.setItem(key, text);
        }
      } catch {
        // What was to be kept lasts as long as the page.
      }
    },
    keys: () => Object.keys(storage),
    subscribe(listener) {
      const changed = (event: StorageEvent): void => {
        if (event.storageArea === storage) {
          listener(event.key, event.newValue);
        }
      };
      window.addEventListener("storage", changed);
      return () => window.removeEventListener("storage", changed);
    },
  };
}
