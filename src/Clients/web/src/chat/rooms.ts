import { ChatError, Code } from "./errors";
import type { RoomLog } from "./log";
import type { ChatState, RoomState, Store } from "./store";

const fitTries = 10;

/** The rooms in the store, one at a time. */
export class Rooms {
  readonly #store: Store<ChatState>;

  constructor(store: Store<ChatState>) {
    this.#store = store;
  }

  get = (roomId: string): RoomState | undefined => this.#store.get().rooms.get(roomId);

  log = (roomId: string): RoomLog | undefined => this.get(roomId)?.log;

  /** Replaces a room; one that is not held stays away. */
  update(roomId: string, change: (room: RoomState) => RoomState): void {
    this.#store.update((s) => {
      const room = s.rooms.get(roomId);
      const next = room && change(room);
      return next && next !== room ? { ...s, rooms: new Map(s.rooms).set(roomId, next) } : s;
    });
  }

  setLog = (roomId: string, log: RoomLog): void => this.update(roomId, (room) => (room.log === log ? room : { ...room, log }));
}

/** Does something that rests on a state that may move meanwhile, until it fits. */
export async function untilItFits(once: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < fitTries; tries++) {
    if (await once()) {
      return;
    }
  }
  throw new ChatError(Code.unknown, "The room changes faster than it can be read.");
}
