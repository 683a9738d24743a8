import type { Shelf } from "./shelf";

/** What a user wrote and did not send, by room and thread, kept in this browser and the same in all of its tabs. */
export class Drafts {
  readonly #prefix: string;
  readonly #shelf: Shelf;
  /** Also those that could not be stored. */
  readonly #held = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;

  constructor(userId: string, shelf: Shelf) {
    this.#prefix = `chat.draft.${userId}.`;
    this.#shelf = shelf;
    for (const key of this.#stored()) {
      this.#put(key, shelf.get(key) ?? "");
    }
    this.#unsubscribe = shelf.subscribe((key, text) => this.#changed(key, text));
  }

  stop(): void {
    this.#unsubscribe();
  }

  /** The empty text where there is no draft. */
  get = (roomId: string, thread: number | null = null): string => this.#held.get(this.#key(roomId, thread)) ?? "";

  /** An empty text removes the draft. */
  set(roomId: string, text: string, thread: number | null = null): void {
    if (text !== this.get(roomId, thread)) {
      const key = this.#key(roomId, thread);
      this.#put(key, text);
      this.#shelf.set(key, text === "" ? null : text);
      this.#tell();
    }
  }

  /** Calls back after any change, by this tab or another; returns how to stop it. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Removes all drafts of this user. */
  clear(): void {
    this.#stored().forEach((key) => this.#shelf.set(key, null));
    this.#held.clear();
    this.#tell();
  }

  #changed(key: string | null, text: string | null): void {
    if (key === null) {
      this.#held.clear();
    } else if (key.startsWith(this.#prefix)) {
      this.#put(key, text ?? "");
    } else {
      return;
    }
    this.#tell();
  }

  #stored = (): readonly string[] => this.#shelf.keys().filter((key) => key.startsWith(this.#prefix));

  #key = (roomId: string, thread: number | null): string => `${this.#prefix}${roomId}${thread === null ? "" : `.${thread}`}`;

  #put(key: string, text: string): void {
    if (text === "") {
      this.#held.delete(key);
    } else {
      this.#held.set(key, text);
    }
  }

  #tell = (): void => this.#listeners.forEach((listener) => listener());
}
