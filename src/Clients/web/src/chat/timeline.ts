import type { Api, Place } from "./api";
import { ChatError } from "./errors";
import { atEnd, keepAround, keepNewest, withNewer, withOlder, withWindow, type RoomLog, type Stretch } from "./log";
import { messageAt } from "./message";
import { untilItFits, type Rooms } from "./rooms";
import type { RoomState } from "./store";
import type { MessagePage } from "./types";

const pageSize = 50;
/** The room on the screen holds at most this many messages. */
const heldOpen = 400;
/** What is left of them when there would be more, so that not every message drops another. */
const leftOpen = 350;
/** A room that is not on the screen keeps this many, so that hours of pushes do not pile up. */
const heldClosed = 200;

/** Fetches the messages of rooms, and decides which part of a room is held. */
export class Timeline {
  readonly #api: Pick<Api, "messages">;
  readonly #rooms: Rooms;
  /** Hears of the authors of what was fetched. */
  readonly #seen: (userIds: readonly string[]) => void;
  #open: string | null = null;
  /** True once the room on the screen was brought to where the user starts to read. */
  #placed = false;
  /** The message at which the user looks; null for the end. */
  #view: number | null = null;
  #moves = 0;

  constructor(api: Pick<Api, "messages">, rooms: Rooms, seen: (userIds: readonly string[]) => void) {
    this.#api = api;
    this.#rooms = rooms;
    this.#seen = seen;
  }

  /** The room on the screen; null for none. It starts at the first unread message when many are unread, and at its end otherwise. */
  open(roomId: string | null): void {
    this.#enter(roomId);
    this.listed();
  }

  /** The room list was fetched: the room on the screen may be held for the first time, or again. */
  listed(): void {
    const room = this.#open === null ? undefined : this.#rooms.get(this.#open);
    if (!room || (this.#placed && (room.moving || room.log.messages.length > 0))) {
      return;
    }
    const { roomId, log } = room;
    this.#placed = true;
    if (log.unread >= pageSize && log.readSeq < log.from) {
      this.#view = log.readSeq;
      // The end, and a way to try again, is better than nothing.
      this.#move(roomId, { around: log.readSeq + 1 }).catch(() => this.#history(roomId, { older: "failed" }));
    } else if (log.messages.length < pageSize) {
      void this.loadOlder(roomId);
    }
  }

  /** One more page of history in front of what is held. */
  async loadOlder(roomId: string): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (!room || room.moving || room.history.older === "loading" || room.log.from === 0) {
      return;
    }
    this.#history(roomId, { older: "loading" });
    try {
      await this.#grow(roomId, (log) => (log.from === 0 ? null : { before: log.from + 1 }), withOlder);
      this.#history(roomId, { older: "idle" });
    } catch {
      this.#history(roomId, { older: "failed" });
    }
  }

  /** One more page behind what is held, where that does not go to the end. */
  async loadNewer(roomId: string): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (!room || room.moving || room.history.newer === "loading" || room.log.to === null) {
      return;
    }
    this.#history(roomId, { newer: "loading" });
    try {
      await this.#grow(roomId, (log) => (log.to === null ? null : { after: log.to }), withNewer);
      this.#history(roomId, { newer: "idle" });
    } catch {
      this.#history(roomId, { newer: "failed" });
    }
  }

  /** Brings a message into the window of the room, which comes on the screen, and says so; one that does not exist is refused. */
  async jump(roomId: string, seq: number): Promise<void> {
    this.#enter(roomId);
    this.#placed = true;
    const log = this.#rooms.log(roomId);
    try {
      if (!log || (!isShown(log, seq) && !(await this.#move(roomId, { around: seq }, seq)))) {
        return;
      }
    } catch (error) {
      this.listed(); // Where nothing is held yet the room opens as it does without a jump.
      throw error;
    }
    this.#view = seq;
    const id = ++this.#moves;
    this.#rooms.update(roomId, (room) => ({ ...room, jump: { seq, id }, moving: false }));
  }

  /** Brings the beginning of the room into the window. */
  async toFirst(roomId: string): Promise<void> {
    const log = this.#rooms.log(roomId);
    if (log && (log.from === 0 || (await this.#move(roomId, { after: 0 })))) {
      this.#view = 0;
    }
  }

  /** Brings the end of the log into the window. */
  async toLatest(roomId: string): Promise<void> {
    const log = this.#rooms.log(roomId);
    if (log && (log.to === null || (await this.#move(roomId, { before: Number.MAX_SAFE_INTEGER })))) {
      this.#view = null;
    }
  }

  /** What the user looks at in the room on the screen, so that what is dropped is far from there; null for the end. */
  view(seq: number | null): void {
    this.#view = seq;
  }

  /** The log without what is too much to hold. */
  fit(roomId: string, log: RoomLog): RoomLog {
    if (roomId !== this.#open) {
      return log.messages.length > 2 * heldClosed ? keepNewest(log, heldClosed) : log;
    }
    return log.messages.length > heldOpen ? keepAround(log, this.#view, leftOpen) : log;
  }

  #enter(roomId: string | null): void {
    if (roomId === this.#open) {
      return;
    }
    if (this.#open !== null) {
      this.#rooms.update(this.#open, (room) => ({ ...room, log: keepNewest(atEnd(room.log), heldClosed), jump: null, moving: false }));
    }
    this.#open = roomId;
    this.#placed = false;
    this.#view = null;
    this.#moves++;
  }

  /** Puts a page at one end of the window, wherever that is by then. */
  #grow(roomId: string, place: (log: RoomLog) => Place | null, put: typeof withOlder): Promise<void> {
    return untilItFits(async () => {
      const log = this.#rooms.log(roomId);
      const at = log && place(log);
      return !at || this.#put(roomId, stretchOf(at, await this.#api.messages(roomId, at, pageSize), pageSize), put);
    });
  }

  /** Puts the window somewhere else; false when another move came in between. */
  async #move(roomId: string, place: Place, wanted?: number): Promise<boolean> {
    const move = ++this.#moves;
    this.#rooms.update(roomId, (room) => ({ ...room, moving: true }));
    try {
      await untilItFits(async () => {
        const page = await this.#api.messages(roomId, place, pageSize);
        if (move !== this.#moves) {
          return true;
        }
        if (wanted !== undefined && !page.items.some((m) => m.seq === wanted)) {
          throw new ChatError("message.not_found", "There is no such message.");
        }
        return this.#put(roomId, stretchOf(place, page, pageSize), withWindow);
      });
    } finally {
      if (move === this.#moves) {
        this.#rooms.update(roomId, (room) => ({ ...room, moving: false }));
      }
    }
    return move === this.#moves;
  }

  #put(roomId: string, page: Stretch, put: typeof withOlder): boolean {
    const log = this.#rooms.log(roomId);
    const next = log && put(log, page);
    if (next) {
      this.#rooms.setLog(roomId, this.fit(roomId, next));
      this.#seen(page.messages.map((m) => m.by));
    }
    return !log || !!next;
  }

  #history = (roomId: string, change: Partial<RoomState["history"]>): void =>
    this.#rooms.update(roomId, (room) => ({ ...room, history: { ...room.history, ...change } }));
}

/** The first message of a window stands for what is before it, and is not shown itself unless it is the room's first. */
const isShown = (log: RoomLog, seq: number): boolean =>
  messageAt(log, seq) !== undefined && (log.from === 0 || log.messages[0]!.seq !== seq);

/** What a page of at most `limit` messages says about the room: between which seqs it has everything. */
export function stretchOf(place: Place, page: MessagePage, limit: number): Stretch {
  const { items: messages, lastSeq: asOf } = page;
  const seqs = messages.map((m) => m.seq);
  const lowest = Math.min(...seqs) - 1;
  const highest = Math.max(...seqs);
  if ("before" in place) {
    return { after: page.next === null ? 0 : lowest, upTo: Math.min(place.before - 1, asOf), asOf, messages };
  }
  if ("after" in place) {
    return { after: place.after, upTo: page.next === null ? asOf : highest, asOf, messages };
  }
  const below = seqs.filter((seq) => seq < place.around).length;
  const half = Math.floor(limit / 2);
  return {
    after: below < half ? 0 : lowest,
    upTo: messages.length - below < limit - half ? asOf : highest,
    asOf,
    messages,
  };
}
