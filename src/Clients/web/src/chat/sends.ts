import { backoff } from "./backoff";
import { ChatError } from "./errors";
import type { Send } from "./store";
import type { RoomEvent, SendAnswer, SendRequest } from "./types";

export interface SenderOptions {
  readonly send: (roomId: string, request: SendRequest) => Promise<SendAnswer>;
  readonly cursor: (roomId: string) => number | null;
  /** Puts the room's sends, as they are now, where the page sees them. */
  readonly show: (roomId: string, sends: readonly Send[]) => void;
  readonly now?: () => Date;
  readonly newId?: () => string;
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** What a message answers, and the thread that it goes into, both by their seq. */
export interface SendTo {
  readonly replyTo?: number | null;
  readonly thread?: number | null;
}

/** Tries that a send makes by itself, under one clientId, before it is shown as failed. */
const triesAtMost = 4;

/**
 * One's own messages on their way: shown at once, sent one after another per room so that they keep their order, and kept under one
 * clientId until the log has them. A lost connection decides nothing, so those are sent again, under the same clientId, by `resume`.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #rooms = new Map<string, readonly Send[]>();
  readonly #busy = new Set<string>();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  send(roomId: string, text: string, to: SendTo = {}): void {
    const send: Send = {
      clientId: (this.#options.newId ?? newClientId)(),
      text,
      replyTo: to.replyTo ?? null,
      thread: to.thread ?? null,
      at: (this.#options.now?.() ?? new Date()).toISOString(),
      state: "pending",
      seq: null,
      error: null,
    };
    this.#set(roomId, [...this.#of(roomId), send]);
    void this.#work(roomId);
  }

  retry(roomId: string, clientId: string): void {
    this.#change(roomId, clientId, { state: "pending", error: null });
    void this.#work(roomId);
  }

  discard(roomId: string, clientId: string): void {
    this.#set(roomId, this.#of(roomId).filter((s) => s.clientId !== clientId));
  }

  /** The connection is up again. */
  resume(): void {
    for (const roomId of this.#rooms.keys()) {
      void this.#work(roomId);
    }
  }

  /** Events went into the room's log: what they bring is no longer on its way. */
  applied(roomId: string, events: readonly RoomEvent[], me: string): void {
    const sends = this.#of(roomId);
    if (sends.length === 0) {
      return;
    }
    const cursor = this.#options.cursor(roomId) ?? 0;
    const arrived = new Set(events.flatMap((e) => (e.kind === "message" && e.by === me ? [e.message.clientId] : [])));
    const left = sends.filter((s) => !arrived.has(s.clientId) && (s.seq === null || s.seq > cursor));
    if (left.length !== sends.length) {
      this.#set(roomId, left);
    }
  }

  forget(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  async #work(roomId: string): Promise<void> {
    if (this.#busy.has(roomId)) {
      return;
    }
    this.#busy.add(roomId);
    try {
      let next: Send | undefined;
      while ((next = this.#of(roomId).find((s) => s.state === "pending"))) {
        if (!(await this.#one(roomId, next, 0))) {
          return;
        }
      }
    } finally {
      this.#busy.delete(roomId);
    }
  }

  /** False when there is no connection to send over. */
  async #one(roomId: string, send: Send, attempt: number): Promise<boolean> {
    const request: SendRequest = {
      clientId: send.clientId,
      text: send.text,
      ...(send.replyTo === null ? {} : { replyTo: send.replyTo }),
      ...(send.thread === null ? {} : { thread: send.thread }),
    };
    try {
      const { seq } = await this.#options.send(roomId, request);
      if ((this.#options.cursor(roomId) ?? 0) >= seq) {
        this.discard(roomId, send.clientId);
      } else {
        this.#change(roomId, send.clientId, { state: "acknowledged", seq });
      }
      return true;
    } catch (error) {
      if (error instanceof ChatError && error.undecided) {
        return false;
      }
      if (error instanceof ChatError && error.retryable && attempt + 1 < triesAtMost) {
        await this.#wait(backoff(attempt));
        return await this.#one(roomId, send, attempt + 1);
      }
      const text = error instanceof ChatError ? error.message : "The message could not be sent.";
      this.#change(roomId, send.clientId, { state: "failed", error: text });
      return true;
    }
  }

  #wait = (milliseconds: number): Promise<void> =>
    this.#options.wait?.(milliseconds) ?? new Promise((resolve) => setTimeout(resolve, milliseconds));

  #of = (roomId: string): readonly Send[] => this.#rooms.get(roomId) ?? [];

  #change(roomId: string, clientId: string, change: Partial<Send>): void {
    this.#set(roomId, this.#of(roomId).map((s) => (s.clientId === clientId ? { ...s, ...change } : s)));
  }

  #set(roomId: string, sends: readonly Send[]): void {
    this.#rooms.set(roomId, sends);
    this.#options.show(roomId, sends);
  }
}

/** 128 random bits; `randomUUID` exists only in secure contexts, and this page must also run on plain http in a local network. */
function newClientId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
