import type { HistoryPage } from "../src/chat/log";
import type { Member, MemberChange, Message, RoomEvent, RoomItem, Role } from "../src/chat/types";

/** Random numbers that a seed repeats (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const me = "1";
const users = [me, "2", "3", "4"];
const emojis = ["👍", "🎉", "👀"];

interface Kept {
  message: Message;
  /** Who set it, by emoji, in the order of first use. */
  reactions: Map<string, Set<string>>;
}

/** A room as the server holds it: the log, and what it amounts to. */
export class ModelRoom {
  readonly log: RoomEvent[] = [];
  readonly members = new Map<string, Member>([[me, { userId: me, role: "owner" }]]);
  readonly #kept = new Map<number, Kept>();
  readonly #random: () => number;
  #name: string | null = "room";
  #topic: string | null = null;
  #archived = false;
  #readSeq = 0;
  #unread = 0;
  #mentions = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.#add(me, { kind: "member", userId: me, change: "joined", role: "owner" });
  }

  get lastSeq(): number {
    return this.log.length;
  }

  event(seq: number): RoomEvent {
    return this.log[seq - 1]!;
  }

  /** Does one thing of any kind. */
  step(): void {
    const by = this.#pick(users)!;
    const target = this.#pick([...this.#kept.values()]);
    const draw = this.#random();
    if (!target || draw < 0.45) {
      this.message(by);
    } else if (draw < 0.55) {
      const text = `edited ${this.lastSeq}`;
      const event = this.#add(by, { kind: "edit", target: target.message.seq, text, mentions: [], mentionsRoom: false });
      target.message = { ...target.message, text, editedAt: event.at, mentions: [], mentionsRoom: false };
    } else if (draw < 0.6) {
      this.#add(by, { kind: "delete", target: target.message.seq });
      target.message = { ...target.message, deleted: true, text: "", mentions: [], mentionsRoom: false, pinned: false };
    } else if (draw < 0.82) {
      this.react(by, target.message.seq, this.#pick(emojis)!);
    } else if (draw < 0.86) {
      const on = !target.message.pinned;
      this.#add(by, { kind: "pin", target: target.message.seq, on });
      target.message = { ...target.message, pinned: on };
    } else if (draw < 0.94) {
      this.#changeMember(this.#pick(users.slice(1))!);
    } else if (draw < 0.97) {
      this.#name = `room ${this.lastSeq}`;
      this.#topic = this.#random() < 0.5 ? null : "topic";
      this.#archived = this.#random() < 0.5;
      this.#add(by, { kind: "room", name: this.#name, topic: this.#topic, archived: this.#archived });
    } else {
      this.#add(by, { kind: "unknown" });
    }
  }

  message(by: string, clientId = `c${this.lastSeq}`): void {
    const mentions = this.#random() < 0.2 ? [me] : [];
    const seq = this.lastSeq + 1;
    const message: Message = {
      id: String(1000 + seq),
      seq,
      by,
      at: at(seq),
      text: `text ${seq}`,
      clientId,
      replyTo: null,
      thread: null,
      mentions,
      mentionsRoom: this.#random() < 0.1,
      attachments: [],
      editedAt: null,
      deleted: false,
      pinned: false,
      reactions: [],
    };
    this.#add(by, { kind: "message", message });
    this.#kept.set(seq, { message, reactions: new Map() });
    if (by === me) {
      this.#readSeq = seq;
      this.#unread = 0;
      this.#mentions = 0;
    } else {
      this.#unread++;
      this.#mentions += message.mentionsRoom || mentions.length > 0 ? 1 : 0;
    }
  }

  /** The row of GET /api/rooms. */
  item(): RoomItem {
    return {
      roomId: "7",
      kind: "public",
      name: this.#name,
      topic: this.#topic,
      archived: this.#archived,
      lastSeq: this.lastSeq,
      readSeq: this.#readSeq,
      unread: this.#unread,
      mentions: this.#mentions,
      lastMessage: this.messages().at(-1) ?? null,
      role: this.members.get(me)!.role,
      others: [],
    };
  }

  /** All messages as they are now. */
  messages(): Message[] {
    return [...this.#kept.values()].map(({ message, reactions }) => ({
      ...message,
      reactions: [...reactions].map(([emoji, by]) => ({ emoji, count: by.size, me: by.has(me) })),
    }));
  }

  /** GET messages?before=, as it is now. */
  page(before: number, limit: number): HistoryPage {
    const older = this.messages().filter((m) => m.seq < before);
    const items = older.slice(-limit).reverse();
    return { before, messages: items, first: items.length < limit, asOf: this.lastSeq };
  }

  /** Sets a reaction, or takes it back when it is set. */
  react(by: string, seq: number, emoji: string): void {
    const target = this.#kept.get(seq)!;
    if (target.message.deleted) {
      return;
    }
    const set = target.reactions.get(emoji) ?? new Set<string>();
    const on = !set.has(by);
    this.#add(by, { kind: "reaction", target: target.message.seq, emoji, on });
    if (on) {
      set.add(by);
      target.reactions.set(emoji, set);
    } else {
      set.delete(by);
      if (set.size === 0) {
        target.reactions.delete(emoji);
      }
    }
  }

  #changeMember(userId: string): void {
    const held = this.members.get(userId);
    const role: Role = this.#pick<Role>(["member", "admin"])!;
    const change: MemberChange = !held ? "joined" : this.#pick<MemberChange>(["left", "removed", "banned", "role"])!;
    this.#add(me, { kind: "member", userId, change, role });
    if (change === "joined" || change === "role") {
      this.members.set(userId, { userId, role });
    } else {
      this.members.delete(userId);
    }
  }

  #add<E extends Omit<RoomEvent, "seq" | "at" | "by">>(by: string, event: E): RoomEvent {
    const seq = this.lastSeq + 1;
    const added = { seq, at: at(seq), by, ...event } as unknown as RoomEvent;
    this.log.push(added);
    return added;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }
}

const at = (seq: number): string => new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
