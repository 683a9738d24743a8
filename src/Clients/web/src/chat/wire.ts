import type {
  Attachment,
  Member,
  MemberChange,
  Message,
  MessagePage,
  Page,
  Presence,
  PresenceStatus,
  PublicRoom,
  Reaction,
  Role,
  RoomEvent,
  RoomItem,
  RoomKind,
  SessionInfo,
  SyncAnswer,
  User,
} from "./types";

/*
 * Reads what came over the wire into the shapes of types.ts. A field that is missing or of another type gets its neutral value, so that
 * an older or newer server never makes the page throw.
 */

type Raw = Record<string, unknown>;

const raw = (value: unknown): Raw => (typeof value === "object" && value !== null ? (value as Raw) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const count = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const countOrNull = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const oneOf = <T extends string>(value: unknown, known: readonly T[], otherwise: T): T =>
  known.includes(value as T) ? (value as T) : otherwise;

const readRole = (value: unknown): Role => oneOf(value, ["owner", "admin", "member"], "member");
const readRoomKind = (value: unknown): RoomKind => oneOf(value, ["public", "private", "direct"], "private");

export function readUser(value: unknown): User {
  const r = raw(value);
  const username = text(r.username);
  return {
    userId: text(r.userId),
    username,
    displayName: text(r.displayName) || username,
    avatar: textOrNull(r.avatar),
    status: textOrNull(r.status),
  };
}

/** A member's row, which carries the user's names too. */
export function readMember(value: unknown): { member: Member; user: User } {
  const r = raw(value);
  const user = readUser(value);
  const { userId } = user;
  const member = { userId, role: readRole(r.role), mutedUntil: textOrNull(r.mutedUntil), readSeq: countOrNull(r.readSeq) };
  return { member, user };
}

export function readSession(value: unknown): SessionInfo {
  const r = raw(value);
  return {
    sessionId: text(r.sessionId),
    device: text(r.device),
    createdAt: text(r.createdAt),
    lastSeen: text(r.lastSeen),
    current: r.current === true,
  };
}

function readReaction(value: unknown): Reaction {
  const r = raw(value);
  return { emoji: text(r.emoji), count: count(r.count), me: r.me === true };
}

function readAttachment(value: unknown): Attachment {
  const r = raw(value);
  return { fileId: text(r.fileId) };
}

/** A message; what it does not say of itself stands on the event around it. */
export function readMessage(value: unknown, event: Raw = {}): Message {
  const r = raw(value);
  return {
    id: text(r.id),
    seq: count(r.seq) || count(event.seq),
    by: text(r.by) || text(event.by),
    at: text(r.at) || text(event.at),
    text: text(r.text),
    clientId: textOrNull(r.clientId),
    replyTo: countOrNull(r.replyTo),
    thread: countOrNull(r.thread),
    mentions: list(r.mentions).map(text),
    mentionsRoom: r.mentionsRoom === true,
    attachments: list(r.attachments).map(readAttachment),
    editedAt: textOrNull(r.editedAt),
    deleted: r.deleted === true,
    pinned: r.pinned === true,
    reactions: list(r.reactions).map(readReaction),
    threadCount: count(r.threadCount),
  };
}

const memberChanges: readonly MemberChange[] = ["joined", "left", "removed", "banned", "role", "muted"];

export function readEvent(value: unknown): RoomEvent {
  const r = raw(value);
  const head = { seq: count(r.seq), at: text(r.at), by: text(r.by) };
  const target = count(r.target);
  switch (r.kind) {
    case "message":
      return { ...head, kind: "message", message: readMessage(r.message, r) };
    case "edit":
      return {
        ...head,
        kind: "edit",
        target,
        text: text(r.text),
        ...(Array.isArray(r.mentions) ? { mentions: r.mentions.map(text) } : {}),
        ...(typeof r.mentionsRoom === "boolean" ? { mentionsRoom: r.mentionsRoom } : {}),
      };
    case "delete":
      return { ...head, kind: "delete", target };
    case "reaction":
      return { ...head, kind: "reaction", target, emoji: text(r.emoji), on: r.on === true };
    case "pin":
      return { ...head, kind: "pin", target, on: r.on === true };
    case "member":
      if (!memberChanges.includes(r.change as MemberChange)) {
        return { ...head, kind: "unknown" };
      }
      return {
        ...head,
        kind: "member",
        userId: text(r.userId),
        change: r.change as MemberChange,
        ...(typeof r.role === "string" ? { role: readRole(r.role) } : {}),
        ...(typeof r.mutedUntil === "string" ? { mutedUntil: r.mutedUntil } : {}),
      };
    case "room":
      return {
        ...head,
        kind: "room",
        name: textOrNull(r.name),
        topic: textOrNull(r.topic),
        archived: r.archived === true,
      };
    default:
      return { ...head, kind: "unknown" };
  }
}

export const readEvents = (value: unknown): RoomEvent[] => list(value).map(readEvent);

export function readRoom(value: unknown): RoomItem {
  const r = raw(value);
  return {
    roomId: text(r.roomId),
    kind: readRoomKind(r.kind),
    name: textOrNull(r.name),
    topic: textOrNull(r.topic),
    archived: r.archived === true,
    lastSeq: count(r.lastSeq),
    readSeq: count(r.readSeq),
    unread: count(r.unread),
    mentions: count(r.mentions),
    lastMessage: typeof r.lastMessage === "object" && r.lastMessage !== null ? readMessage(r.lastMessage) : null,
    role: readRole(r.role),
    others: list(r.with).map(text),
    memberCount: countOrNull(r.memberCount),
  };
}

export function readPublicRoom(value: unknown): PublicRoom {
  const r = raw(value);
  return {
    roomId: text(r.roomId),
    name: textOrNull(r.name),
    topic: textOrNull(r.topic),
    memberCount: countOrNull(r.memberCount),
  };
}

export function readPage<T>(value: unknown, read: (item: unknown) => T): Page<T> {
  const r = raw(value);
  return { items: list(r.items).map(read), next: textOrNull(r.next) };
}

export function readMessagePage(value: unknown): MessagePage {
  return { ...readPage(value, (item) => readMessage(item)), lastSeq: count(raw(value).lastSeq) };
}

export const readSyncAnswers = (value: unknown): SyncAnswer[] =>
  list(value).map((item) => {
    const r = raw(item);
    return {
      roomId: text(r.roomId),
      lastSeq: count(r.lastSeq),
      events: readEvents(r.events),
      more: r.more === true,
      reset: r.reset === true,
      error: textOrNull(r.error),
    };
  });

export function readPresence(status: unknown, lastSeen: unknown): Presence {
  return {
    status: oneOf<PresenceStatus>(status, ["online", "away", "offline"], "offline"),
    lastSeen: textOrNull(lastSeen),
  };
}

/** The push `rooms`: which room, and what became of the user in it. */
export function readRoomsChange(value: unknown): readonly [string, string] {
  const r = raw(value);
  return [text(r.roomId), text(r.change)];
}

/** The answer of `Watch`: one row for each watched user. */
export const readPresences = (value: unknown): (readonly [string, Presence])[] =>
  list(value).map((item) => {
    const r = raw(item);
    return [text(r.userId), readPresence(r.state, r.lastSeen)] as const;
  });
