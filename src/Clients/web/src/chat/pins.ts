import type { Api } from "./api";
import { lacksPin, withPinPage } from "./room";
import { untilItFits, type Rooms } from "./rooms";
import type { RoomEvent } from "./types";

/** The pinned messages of rooms: fetched when they are wanted, and again when one was pinned that is not held. */
export class Pins {
  readonly #api: Pick<Api, "pins">;
  readonly #rooms: Rooms;
  readonly #seen: (userIds: readonly string[]) => void;
  /** Rooms whose pins lack some. */
  readonly #stale = new Set<string>();

  constructor(api: Pick<Api, "pins">, rooms: Rooms, seen: (userIds: readonly string[]) => void) {
    this.#api = api;
    this.#rooms = rooms;
    this.#seen = seen;
  }

  async load(roomId: string): Promise<void> {
    await untilItFits(async () => {
      const { items, lastSeq } = await this.#api.pins(roomId);
      const room = this.#rooms.get(roomId);
      const next = room && withPinPage(room, items, lastSeq);
      if (next) {
        this.#rooms.update(roomId, () => next);
        this.#seen(items.map((m) => m.by));
      }
      return !room || !!next;
    });
    this.#stale.delete(roomId);
  }

  /** Events went into the room. */
  applied(roomId: string, events: readonly RoomEvent[]): void {
    const room = this.#rooms.get(roomId);
    if (room && lacksPin(room, events)) {
      this.#stale.add(roomId);
      this.resume();
    }
  }

  /** The connection is up again. */
  resume(): void {
    for (const roomId of this.#stale) {
      this.load(roomId).catch(() => undefined); // The next connection tries again.
    }
  }
}
