import { ChatError } from "./errors";

const pause = 250;

/** Tells the server how far the user has read: the last mark of each room, a moment after it was set, until the server has decided on it. */
export class Marks {
  readonly #send: (roomId: string, seq: number) => Promise<unknown>;
  readonly #waiting = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (roomId: string, seq: number) => Promise<unknown>) {
    this.#send = send;
  }

  set(roomId: string, seq: number): void {
    this.#waiting.set(roomId, seq);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), pause);
  }

  /** Sends what waits, again where an earlier try was left undecided. */
  flush(): void {
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
  }

  #decided(roomId: string, seq: number): void {
    if (this.#waiting.get(roomId) === seq) {
      this.#waiting.delete(roomId);
    }
  }
}
