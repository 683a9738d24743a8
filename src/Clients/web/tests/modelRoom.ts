import type { Place } from "../src/chat/api";
import type { Member, MemberChange, Message, MessagePage, RoomEvent, RoomItem, Role } from "../src/chat/types";

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

interface Sending {
  readonly clientId?: string;
  readonly thread?: number | null;
}

/** A room as the server holds it: the log, and what it amounts to. */
export class ModelRoom {
  readonly log: RoomEvent[] = [];
  readonly members = new Map<string, Member>([[me, memberOf(me, "owner")]]);
  readonly #kept = new Map<number, Kept>();
  /** Seqs, the last pinned last. */
  readonly #pinned: number[] = [];
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
    const target = this.#pick([...this.#kept.values()])?.message;
    const draw = this.#random();
    if (!target || draw < 0.45) {
      this.message(by, { thread: target && this.#random() < 0.3 ? target.seq : null });
    } else if (draw < 0.55) {
      this.#edit(by, target.seq);
    } else if (draw < 0.6) {
      this.#delete(by, target.seq);
    } else if (draw < 0.8) {
      this.react(by, target.seq, this.#pick(emojis)!);
    } else if (draw < 0.86) {
      this.pin(by, target.seq, !target.pinned);
    } else if (draw < 0.94) {
      this.#changeMember(this.#pick(users)!);
    } else if (draw < 0.97) {
      this.#name = `room ${this.lastSeq}`;
      this.#topic = this.#random() < 0.5 ? null : "topic";
      this.#archived = this.#random() < 0.5;
      this.#add(by, { kind: "room", name: this.#name, topic: this.#topic, archived: this.#archived });
    } else {
      this.#add(by, { kind: "unknown" });
    }
  }

  message(by: string, { clientId = `c${this.lastSeq}`, thread = null }: Sending = {}): number {
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
      thread,
      mentions,
      mentionsRoom: this.#random() < 0.1,
      attachments: [],
      editedAt: null,
      deleted: false,
      pinned: false,
      reactions: [],
      threadCount: 0,
    };
    this.#add(by, { kind: "message", message });
    this.#kept.set(seq, { message, reactions: new Map() });
    if (thread !== null) {
      this.#change(thread, (root) => ({ threadCount: root.threadCount + 1 }));
    }
    if (by === me) {
      this.#readSeq = seq;
      this.#unread = 0;
      this.#mentions = 0;
    } else {
      this.#unread++;
      this.#mentions += message.mentionsRoom || mentions.length > 0 ? 1 : 0;
    }
    return seq;
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
      role: this.members.get(me)?.role ?? "member",
      others: [],
      memberCount: this.members.size,
    };
  }

  /** All messages as they are now. */
  messages(): Message[] {
    return [...this.#kept.values()].map(({ message, reactions }) => ({
      ...message,
      reactions: [...reactions].map(([emoji, by]) => ({ emoji, count: by.size, me: by.has(me) })),
    }));
  }

  /** GET messages, as it is now. */
  page(place: Place, limit: number, thread: number | null = null): MessagePage {
    const all = this.messages().filter((m) => thread === null || m.seq === thread || m.thread === thread);
    const lastSeq = this.lastSeq;
    if ("before" in place) {
      const items = all.filter((m) => m.seq < place.before).slice(-limit).reverse();
      return { items, next: items.length < limit ? null : String(items.at(-1)!.seq), lastSeq };
    }
    if ("after" in place) {
      const items = all.filter((m) => m.seq > place.after).slice(0, limit);
      return { items, next: items.length < limit ? null : String(items.at(-1)!.seq), lastSeq };
    }
    const half = Math.floor(limit / 2);
    const before = half === 0 ? [] : all.filter((m) => m.seq < place.around).slice(-half);
    return { items: [...before, ...all.filter((m) => m.seq >= place.around).slice(0, limit - half)], next: null, lastSeq };
  }

  /** GET pins, as it is now. */
  pins(): MessagePage {
    const all = this.messages();
    return { items: this.#pinned.toReversed().map((seq) => all.find((m) => m.seq === seq)!), next: null, lastSeq: this.lastSeq };
  }

  /** Sets a reaction, or takes it back when it is set. */
  react(by: string, seq: number, emoji: string): void {
    const target = this.#kept.get(seq)!;
    if (target.message.deleted) {
      return;
    }
    const set = target.reactions.get(emoji) ?? new Set<string>();
    const on = !set.has(by);
    this.#add(by, { kind: "reaction", target: seq, emoji, on });
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

  pin(by: string, seq: number, on: boolean): void {
    const { message } = this.#kept.get(seq)!;
    if (message.deleted || message.pinned === on) {
      return;
    }
    this.#add(by, { kind: "pin", target: seq, on });
    this.#change(seq, () => ({ pinned: on }));
    if (on) {
      this.#pinned.push(seq);
    } else {
      this.#unpin(seq);
    }
  }

  #edit(by: string, seq: number): void {
    if (!this.#kept.get(seq)!.message.deleted) {
      const text = `edited ${this.lastSeq}`;
      const event = this.#add(by, { kind: "edit", target: seq, text, mentions: [], mentionsRoom: false });
      this.#change(seq, () => ({ text, editedAt: event.at, mentions: [], mentionsRoom: false }));
    }
  }

  /** Erases the text from the log, too. */
  #delete(by: string, seq: number): void {
    if (this.#kept.get(seq)!.message.deleted) {
      return;
    }
    const gone = { deleted: true, text: "", mentions: [], mentionsRoom: false };
    this.log.forEach((event, i) => {
      if (event.kind === "message" && event.seq === seq) {
        this.log[i] = { ...event, message: { ...event.message, ...gone } };
      } else if (event.kind === "edit" && event.target === seq) {
        this.log[i] = { ...event, text: "" };
      }
    });
    this.#add(by, { kind: "delete", target: seq });
    this.#change(seq, () => ({ ...gone, pinned: false }));
    this.#unpin(seq);
  }

  #changeMember(userId: string): void {
    const held = this.members.get(userId);
    const drawn = this.#pick<MemberChange>(userId === me ? ["muted"] : ["left", "removed", "banned", "role", "muted"])!;
    const change: MemberChange = held ? drawn : "joined";
    const role: Role = change === "muted" ? held!.role : this.#pick<Role>(["member", "admin"])!;
    const mutedUntil = change === "muted" && this.#random() < 0.5 ? at(this.lastSeq + 1000) : null;
    this.#add(users[1]!, { kind: "member", userId, change, role, ...(mutedUntil === null ? {} : { mutedUntil }) });
    if (change === "joined") {
      this.members.set(userId, memberOf(userId, role));
    } else if (change === "role") {
      this.members.set(userId, { ...held!, role });
    } else if (change === "muted") {
      this.members.set(userId, { ...held!, mutedUntil });
    } else {
      this.members.delete(userId);
    }
  }

  #change(seq: number, change: (message: Message) => Partial<Message>): void {
    const kept = this.#kept.get(seq)!;
    kept.message = { ...kept.message, ...change(kept.message) };
  }

  #unpin(seq: number): void {
    const at = this.#pinned.indexOf(seq);
    if (at >= 0) {
      this.#pinned.splice(at, 1);
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
const memberOf = (userId: string, role: Role): Member => ({ userId, role, mutedUntil: null, readSeq: null });
