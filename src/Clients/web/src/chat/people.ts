import type { Api } from "./api";
import { ChatError } from "./errors";
import type { ChatState, Store } from "./store";
import type { User } from "./types";

/** Fetches the profiles that the page needs, each once, a few at a time. */
export class People {
  readonly #api: Api;
  readonly #store: Store<ChatState>;
  readonly #asked = new Set<string>();
  readonly #queue: string[] = [];
  #active = 0;

  constructor(api: Api, store: Store<ChatState>) {
    this.#api = api;
    this.#store = store;
  }

  /** Profiles that came along with something else. */
  learn(users: Iterable<User>): void {
    const known = this.#store.get().users;
    const fresh = [...users].filter((user) => user.userId !== "" && known.get(user.userId)?.displayName !== user.displayName);
    if (fresh.length > 0) {
      this.#store.update((s) => ({ ...s, users: new Map([...s.users, ...fresh.map((u) => [u.userId, u] as const)]) }));
    }
  }

  want(userIds: Iterable<string>): void {
    const known = this.#store.get().users;
    for (const userId of userIds) {
      if (userId !== "" && !known.has(userId) && !this.#asked.has(userId)) {
        this.#asked.add(userId);
        this.#queue.push(userId);
      }
    }
    while (this.#active < 4 && this.#queue.length > 0) {
      this.#active++;
      void this.#fetch(this.#queue.shift()!);
    }
  }

  async #fetch(userId: string): Promise<void> {
    try {
      this.learn([await this.#api.user(userId)]);
    } catch (error) {
      if (error instanceof ChatError && error.status === 404) {
        this.learn([{ userId, username: "", displayName: "Unknown user" }]);
      }
    } finally {
      this.#asked.delete(userId);
      this.#active--;
      this.want([]);
    }
  }
}
