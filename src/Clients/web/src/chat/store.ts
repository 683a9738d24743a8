import type { ConnectionStatus } from "./connection";
import type { ChatError } from "./errors";
import type { RoomLog } from "./log";
import type { ThreadState } from "./thread";
import type { Message, Presence, RoomKind, User } from "./types";

/** A value that is replaced, never changed, and tells its listeners; made for useSyncExternalStore. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  readonly get = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  update(change: (value: T) => T): void {
    const next = change(this.#value);
    if (next !== this.#value) {
      this.#value = next;
      this.#listeners.forEach((listener) => listener());
    }
  }
}

/** A message of one's own that is not in the log yet. */
export interface Send {
  readonly clientId: string;
  readonly text: string;
  readonly replyTo: number | null;
  /** The first message of the thread that it goes into. */
  readonly thread: number | null;
  readonly at: string;
  readonly state: "pending" | "acknowledged" | "failed";
  /** The seq that the acknowledgement named. */
  readonly seq: number | null;
  readonly error: string | null;
}

export type Loading = "idle" | "loading" | "failed";

export interface RoomState {
  readonly roomId: string;
  readonly kind: RoomKind;
  /** The other users of a direct room; empty for other kinds. */
  readonly others: readonly string[];
  /** As the room list said last. */
  readonly memberCount: number | null;
  readonly log: RoomLog;
  readonly sends: readonly Send[];
  /** How many messages the user has sent to the room itself from this page. */
  readonly sent: number;
  /** The fetches of messages at either end of the window. */
  readonly history: { readonly older: Loading; readonly newer: Loading };
  /** True while a window at another place is on its way. */
  readonly moving: boolean;
  /** The message to bring into view; `id` grows with each jump. */
  readonly jump: { readonly seq: number; readonly id: number } | null;
  /** The thread that is open beside the room. */
  readonly thread: ThreadState | null;
  /** The pinned messages, the last pinned first; null until they were fetched. */
  readonly pins: readonly Message[] | null;
  /** Events up to this seq are in `pins` already. */
  readonly pinsAsOf: number;
  /** How far the other members have read, as far as it is known; empty in rooms that do not show it. */
  readonly reads: ReadonlyMap<string, number>;
  /** Until when the user is muted here, where that is known; it may be past. */
  readonly mutedUntil: string | null;
  /** Who is typing, with the time (ms since 1970) until which that holds. */
  readonly typing: ReadonlyMap<string, number>;
}

/** How the user came out of a room. */
export interface Exit {
  readonly change: "left" | "removed" | "banned";
  readonly by: string;
  readonly name: string | null;
}

export interface ChatState {
  readonly me: User;
  readonly connection: ConnectionStatus;
  /** True from the server's word that it is about to stop until the connection is up again. */
  readonly stopping: boolean;
  /** True once the room list was fetched. */
  readonly listed: boolean;
  readonly rooms: ReadonlyMap<string, RoomState>;
  /** The rooms that the user came out of while this page was open, and is not in again. */
  readonly exits: ReadonlyMap<string, Exit>;
  readonly users: ReadonlyMap<string, User>;
  readonly presence: ReadonlyMap<string, Presence>;
  /** The last failure of something that has no place of its own to say so. */
  readonly error: ChatError | null;
}

/** The rooms as people look for them: the one with the newest message first, a room without messages by its own age. */
export function byActivity(rooms: ReadonlyMap<string, RoomState>): readonly RoomState[] {
  return [...rooms.values()].sort((a, b) => compareIds(newest(b), newest(a)));
}

const newest = (room: RoomState): string => room.log.last?.id ?? room.roomId;

/** Ids of all kinds are numbers ordered by time, of more digits than a JavaScript number holds. */
const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
