import { backoff } from "./backoff";
import { ChatError } from "./errors";
import type { RoomEvent, SyncAnswer } from "./types";

/** The logs that a Syncer brings forward. */
export interface Logs {
  /** The room's cursor; null when the room is not held, whose events are then of no interest. */
  cursor(roomId: string): number | null;
  /** Applies events that continue the cursor without a gap. */
  apply(roomId: string, events: readonly RoomEvent[]): void;
  /** The log cannot be continued: fetches the room afresh, or forgets it. */
  reset(answer: SyncAnswer): Promise<void>;
}

export interface SyncerOptions {
  readonly logs: Logs;
  readonly sync: (cursors: Record<string, number>) => Promise<readonly SyncAnswer[]>;
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** What one Sync call takes at most. */
const roomsPerCall = 500;
/** Early events kept per room; what is beyond comes by Sync. */
const heldPerRoom = 1_000;

/**
 * The cursor rule for all rooms: events in order go through, those seen before are dropped, early ones are held while Sync fetches what
 * is missing. Only one Sync is under way at a time.
 */
export class Syncer {
  readonly #logs: Logs;
  readonly #sync: SyncerOptions["sync"];
  readonly #wait: (milliseconds: number) => Promise<void>;
  readonly #held = new Map<string, Map<number, RoomEvent>>();
  #behind = new Set<string>();
  #running: Promise<void> | null = null;
  #life = 0;

  constructor(options: SyncerOptions) {
    this.#logs = options.logs;
    this.#sync = options.sync;
    this.#wait = options.wait ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  }

  /** Events as the server pushed them. */
  receive(roomId: string, events: readonly RoomEvent[]): void {
    if (!this.#pass(roomId, events)) {
      this.background([roomId]);
    }
  }

  /** Brings these rooms up to now; rejects when the server could not be asked. */
  async run(roomIds: Iterable<string>): Promise<void> {
    for (const roomId of roomIds) {
      this.#behind.add(roomId);
    }
    const life = this.#life;
    while (this.#behind.size > 0 && life === this.#life) {
      this.#running ??= this.#round(life).finally(() => {
        this.#running = null;
      });
      await this.#running;
    }
  }

  /** The same, for pushes: tries again by itself while the connection lasts. */
  background(roomIds: Iterable<string>): void {
    const life = this.#life;
    const work = async (): Promise<void> => {
      for (let attempt = 0; life === this.#life; attempt++) {
        try {
          await this.run(attempt === 0 ? roomIds : []);
          return;
        } catch (error) {
          if (error instanceof ChatError && error.undecided) {
            return; // The next connection starts with a Sync of everything.
          }
          await this.#wait(backoff(attempt));
        }
      }
    };
    void work();
  }

  /** The connection ended: what is under way counts no more. */
  stop(): void {
    this.#life++;
    this.#behind = new Set();
    this.#held.clear();
  }

  async #round(life: number): Promise<void> {
    let idle = 0;
    while (this.#behind.size > 0 && life === this.#life) {
      const cursors: Record<string, number> = {};
      for (const roomId of [...this.#behind].slice(0, roomsPerCall)) {
        const cursor = this.#logs.cursor(roomId);
        if (cursor === null) {
          this.#behind.delete(roomId);
          this.#held.delete(roomId);
        } else {
          cursors[roomId] = cursor;
        }
      }
      const asked = Object.keys(cursors);
      if (asked.length === 0) {
        continue;
      }
      const answers = await this.#sync(cursors);
      if (life !== this.#life) {
        return;
      }
      // Rooms that the answer does not name have nothing new.
      asked.forEach((roomId) => this.#behind.delete(roomId));
      let moved = false;
      for (const answer of answers) {
        moved = (await this.#take(answer, cursors[answer.roomId])) || moved;
      }
      idle = moved ? 0 : idle + 1;
      if (idle > 0 && this.#behind.size > 0) {
        await this.#wait(backoff(idle - 1));
      }
    }
  }

  async #take(answer: SyncAnswer, asked: number | undefined): Promise<boolean> {
    const { roomId } = answer;
    if (asked === undefined || this.#logs.cursor(roomId) === null) {
      return false;
    }
    if (answer.reset) {
      this.#held.delete(roomId);
      await this.#logs.reset(answer);
      return true;
    }
    if (!this.#pass(roomId, answer.events) || answer.more) {
      this.#behind.add(roomId);
    }
    return (this.#logs.cursor(roomId) ?? asked) > asked;
  }

  /** Applies what continues the cursor, holds what is early; false when something is missing. */
  #pass(roomId: string, events: readonly RoomEvent[]): boolean {
    let cursor = this.#logs.cursor(roomId);
    if (cursor === null) {
      return true;
    }
    const held = this.#held.get(roomId) ?? new Map<number, RoomEvent>();
    let lost = false;
    for (const event of events) {
      if (event.seq > cursor) {
        if (held.size < heldPerRoom || held.has(event.seq) || event.seq === cursor + 1) {
          held.set(event.seq, event);
        } else {
          lost = true;
        }
      }
    }
    const inOrder: RoomEvent[] = [];
    for (const seq of [...held.keys()].sort((a, b) => a - b)) {
      if (seq <= cursor) {
        held.delete(seq);
      } else if (seq === cursor + 1) {
        inOrder.push(held.get(seq)!);
        held.delete(seq);
        cursor = seq;
      }
    }
    if (held.size > 0) {
      this.#held.set(roomId, held);
    } else {
      this.#held.delete(roomId);
    }
    if (inOrder.length > 0) {
      this.#logs.apply(roomId, inOrder);
    }
    return held.size === 0 && !lost;
  }
}
