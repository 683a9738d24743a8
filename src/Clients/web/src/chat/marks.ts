import { ChatError } from "./errors";

/** Milliseconds from the first mark to telling of it, and from then on between two tellings. */
const soon = 250;
const pause = 1_000;

/** Tells the server how far the user has read: the last mark of each room, now and then, until the server has decided on it. */
export class Marks {
  readonly #send: (roomId: string, seq: number) => Promise<unknown>;
  readonly #waiting = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushed = 0;

  constructor(send: (roomId: string, seq: number) => Promise<unknown>) {
    this.#send = send;
  }

  set(roomId: string, seq: number): void {
    this.#waiting.set(roomId, seq);
    this.#timer ??= setTimeout(() => this.flush(), Math.max(soon, this.#flushed + pause - Date.now()));
  }

  /** Sends what waits, again where an earlier try was left undecided. */
  flush(): void {
    this.stop();
    this.#flushed = Date.now();
    for (const [roomId, seq] of this.#waiting) {
      this.#send(roomId, seq).then(
        () => this.#decided(roomId, seq),
        (error: unknown) => {
          if (!(error instanceof ChatError && error.undecided)) {
            this.#decided(roomId, seq);
          }
        },
      );
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #decided(roomId: string, seq: number): void {
    if (this.#waiting.get(roomId) === seq) {
      this.#waiting.delete(roomId);
    }
  }
}
