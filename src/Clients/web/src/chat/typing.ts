import type { Rooms } from "./rooms";

const toldEvery = 3_000;
const lasts = 5_000;

/** Who writes at the moment: the others in the store, the user's own told to the server now and then. */
export class Typing {
  readonly #rooms: Rooms;
  readonly #tell: (roomId: string) => Promise<unknown>;
  readonly #told = new Map<string, number>();

  constructor(rooms: Rooms, tell: (roomId: string) => Promise<unknown>) {
    this.#rooms = rooms;
    this.#tell = tell;
  }

  /** The user is writing. */
  own(roomId: string): void {
    const now = Date.now();
    if (now - (this.#told.get(roomId) ?? 0) >= toldEvery) {
      this.#told.set(roomId, now);
      this.#tell(roomId).catch(() => undefined);
    }
  }

  /** Somebody else is, and for a while from now on. */
  other(roomId: string, userId: string): void {
    const until = Date.now() + lasts;
    this.#rooms.update(roomId, (room) => ({ ...room, typing: new Map(room.typing).set(userId, until) }));
    setTimeout(() => {
      this.#rooms.update(roomId, (room) => {
        if (room.typing.get(userId) !== until) {
          return room;
        }
        const typing = new Map(room.typing);
        typing.delete(userId);
        return { ...room, typing };
      });
    }, lasts);
  }
}
