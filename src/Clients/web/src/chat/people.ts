import type { Api } from "./api";
import { ChatError } from "./errors";
import type { ChatState, Store } from "./store";
import type { User } from "./types";
import { readPresences } from "./wire";

/** The most that the server tells one connection about. */
const watchedAtMost = 500;

/** Who the others are, and whether they are there: profiles are fetched once, a few at a time. */
export class People {
  readonly #api: Api;
  readonly #store: Store<ChatState>;
  readonly #asked = new Set<string>();
  readonly #queue: string[] = [];
  readonly #askPresence: (userIds: readonly string[]) => Promise<unknown>;
  readonly #watched = new Set<string>();
  #active = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, store: Store<ChatState>, askPresence: (userIds: readonly string[]) => Promise<unknown>) {
    this.#api = api;
    this.#store = store;
    this.#askPresence = askPresence;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Profiles that came along with something else. */
  learn(users: Iterable<User>): void {
    const known = this.#store.get().users;
    const fresh = [...users].filter((user) => user.userId !== "" && differs(known.get(user.userId), user));
    if (fresh.length > 0) {
      this.#store.update((s) => ({
        ...s,
        me: fresh.find((user) => user.userId === s.me.userId) ?? s.me,
        users: new Map([...s.users, ...fresh.map((u) => [u.userId, u] as const)]),
      }));
    }
  }

  /** Fetches a profile anew, as nothing tells of its changes, and their presence. */
  async look(userId: string): Promise<void> {
    this.watch([userId]);
    this.learn([await this.#api.user(userId)]);
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

  /** Adds to the users whose presence this connection is told; without new ones it only asks again. */
  watch(userIds: readonly string[]): void {
    const me = this.#store.get().me.userId;
    for (const userId of userIds) {
      if (userId !== me && this.#watched.size < watchedAtMost) {
        this.#watched.add(userId);
      }
    }
    if (this.#watched.size === 0) {
      return;
    }
    // What the start of a connection asks for in several places goes in one call.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#askPresence([...this.#watched]).then(
        (answer) => this.#store.update((s) => ({ ...s, presence: new Map([...s.presence, ...readPresences(answer)]) })),
        () => undefined, // The next connection asks again.
      );
    }, 100);
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

const differs = (known: User | undefined, user: User): boolean =>
  known?.displayName !== user.displayName || (known.status ?? null) !== (user.status ?? null);
