import type { Api } from "./api";
import { relist } from "./log";
import type { People } from "./people";
import { openRoom, resetRoom } from "./room";
import type { ChatState, RoomState, Store } from "./store";
import type { RoomItem } from "./types";

/** Keeps the store's rooms to what the server lists. */
export class RoomList {
  readonly #api: Pick<Api, "rooms">;
  readonly #store: Store<ChatState>;
  readonly #people: People;
  readonly #toReset = new Set<string>();
  #listing: Promise<void> | null = null;
  #listAgain: Promise<void> | null = null;

  constructor(api: Pick<Api, "rooms">, store: Store<ChatState>, people: People) {
    this.#api = api;
    this.#store = store;
    this.#people = people;
  }

  /** Fetches the list; callers during a fetch share the one after it, whose answer is newer than their call. */
  fetch(): Promise<void> {
    if (!this.#listing) {
      this.#listing = this.#once().finally(() => {
        this.#listing = null;
      });
      return this.#listing;
    }
    this.#listAgain ??= this.#listing
      .catch(() => undefined)
      .then(() => {
        this.#listAgain = null;
        return this.fetch();
      });
    return this.#listAgain;
  }

  /** The same, with a room whose log cannot be continued: it starts anew, or is gone. */
  reset(roomId: string): Promise<void> {
    this.#toReset.add(roomId);
    return this.fetch();
  }

  async #once(): Promise<void> {
    const items = await this.#api.rooms();
    const listed = new Set(items.map((item) => item.roomId));
    const { me } = this.#store.get();
    this.#store.update((s) => ({
      ...s,
      listed: true,
      rooms: new Map(items.map((item) => [item.roomId, this.#roomOf(s.rooms.get(item.roomId), item, me.userId)])),
      exits: new Map([...s.exits].filter(([roomId]) => !listed.has(roomId))),
    }));
    listed.forEach((roomId) => this.#toReset.delete(roomId));
    const others = items.flatMap((item) => item.others);
    this.#people.want([...others, ...items.map((item) => item.lastMessage?.by ?? "")]);
    this.#people.watch(others);
  }

  #roomOf(held: RoomState | undefined, item: RoomItem, me: string): RoomState {
    if (!held) {
      return openRoom(item, me);
    }
    if (this.#toReset.has(item.roomId)) {
      return resetRoom(held, item);
    }
    const log = relist(held.log, item);
    const { memberCount } = item;
    return log === held.log && memberCount === held.memberCount ? held : { ...held, log, memberCount };
  }
}
