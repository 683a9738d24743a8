import type { Api } from "./api";
import { ChatError } from "./errors";
import { untilItFits, type Rooms } from "./rooms";
import { openThread, withRoot, withThreadPage, type ThreadState } from "./thread";

const pageSize = 50;

/** The thread that is open beside each room; a failure is its state `failed`, and `more` tries again. */
export class Threads {
  readonly #api: Pick<Api, "messages" | "message">;
  readonly #rooms: Rooms;
  readonly #seen: (userIds: readonly string[]) => void;

  constructor(api: Pick<Api, "messages" | "message">, rooms: Rooms, seen: (userIds: readonly string[]) => void) {
    this.#api = api;
    this.#rooms = rooms;
    this.#seen = seen;
  }

  async open(roomId: string, root: number): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (room && room.thread?.root !== root) {
      this.#rooms.update(roomId, (r) => ({ ...r, thread: openThread(root, r.log) }));
      await this.#load(roomId, root);
    }
  }

  close(roomId: string): void {
    this.#rooms.update(roomId, (room) => (room.thread === null ? room : { ...room, thread: null }));
  }

  /** One more page of older messages; the first one again after a failure. */
  async more(roomId: string): Promise<void> {
    const thread = this.#rooms.get(roomId)?.thread;
    if (thread && thread.state !== "loading" && (thread.from > 0 || thread.rootMessage === null)) {
      this.#change(roomId, thread.root, (t) => ({ ...t, state: "loading" }));
      await this.#load(roomId, thread.root);
    }
  }

  async #load(roomId: string, root: number): Promise<void> {
    try {
      await untilItFits(() => this.#page(roomId, root));
      await untilItFits(() => this.#root(roomId, root));
      this.#change(roomId, root, (thread) => ({ ...thread, state: "idle" }));
    } catch {
      this.#change(roomId, root, (thread) => ({ ...thread, state: "failed" }));
    }
  }

  async #page(roomId: string, root: number): Promise<boolean> {
    const thread = this.#held(roomId, root);
    if (!thread || thread.from === 0) {
      return true;
    }
    const before = thread.from + 1;
    const { items, next, lastSeq } = await this.#api.messages(roomId, { before }, pageSize, root);
    this.#seen(items.map((m) => m.by));
    const log = this.#rooms.log(roomId);
    return this.#put(roomId, root, (t) => log && withThreadPage(t, { before, messages: items, first: next === null, asOf: lastSeq }, log));
  }

  /** The root, where no page had it. */
  async #root(roomId: string, root: number): Promise<boolean> {
    const thread = this.#held(roomId, root);
    if (!thread || thread.rootMessage) {
      return true;
    }
    const { message, lastSeq } = await this.#api.message(roomId, root);
    const log = this.#rooms.log(roomId);
    if (!message) {
      throw new ChatError("message.not_found", "There is no such message.");
    }
    this.#seen([message.by]);
    return this.#put(roomId, root, (t) => log && withRoot(t, message, lastSeq, log));
  }

  #held(roomId: string, root: number): ThreadState | null {
    const thread = this.#rooms.get(roomId)?.thread;
    return thread?.root === root ? thread : null;
  }

  /** True when it went in, or nobody wants it any more. */
  #put(roomId: string, root: number, put: (thread: ThreadState) => ThreadState | null | undefined): boolean {
    const thread = this.#held(roomId, root);
    const next = thread && put(thread);
    if (next) {
      this.#change(roomId, root, () => next);
    }
    return !thread || !!next;
  }

  #change(roomId: string, root: number, change: (thread: ThreadState) => ThreadState): void {
    this.#rooms.update(roomId, (room) => (room.thread?.root === root ? { ...room, thread: change(room.thread) } : room));
  }
}
