/** The shapes that the server sends and takes. Fields and kinds that are not named here are ignored. */

export type RoomKind = "public" | "private" | "direct";
export type Role = "owner" | "admin" | "member";
export type PresenceStatus = "online" | "away" | "offline";

export interface User {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatar?: string | null;
  readonly status?: string | null;
}

export interface AuthAnswer {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds that the access token lives. */
  readonly expiresIn: number;
}

export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  readonly me: boolean;
}

export interface Attachment {
  readonly fileId: string;
}

export interface Message {
  readonly id: string;
  readonly seq: number;
  readonly by: string;
  readonly at: string;
  readonly text: string;
  readonly clientId: string | null;
  readonly replyTo: number | null;
  readonly thread: number | null;
  readonly mentions: readonly string[];
  readonly mentionsRoom: boolean;
  readonly attachments: readonly Attachment[];
  readonly editedAt: string | null;
  readonly deleted: boolean;
  readonly pinned: boolean;
  readonly reactions: readonly Reaction[];
  /** How many messages were sent into this one's thread; deleted ones count. */
  readonly threadCount: number;
}

export interface Member {
  readonly userId: string;
  readonly role: Role;
  /** Muted until then; null when not muted. A time that is past counts no more. */
  readonly mutedUntil: string | null;
  /** The read mark when the member was fetched; null in rooms that do not show it. */
  readonly readSeq: number | null;
}

/** A sign-in of the user on one device. */
export interface SessionInfo {
  readonly sessionId: string;
  readonly device: string;
  readonly createdAt: string;
  /** When its tokens were last refreshed. */
  readonly lastSeen: string;
  /** True for the one that this page uses. */
  readonly current: boolean;
}

export type MemberChange = "joined" | "left" | "removed" | "banned" | "role" | "muted";

interface EventHead {
  readonly seq: number;
  readonly at: string;
  /** The user who did it. */
  readonly by: string;
}

export type MessageEvent = EventHead & { readonly kind: "message"; readonly message: Message };
export type EditEvent = EventHead & {
  readonly kind: "edit";
  readonly target: number;
  readonly text: string;
  readonly mentions?: readonly string[];
  readonly mentionsRoom?: boolean;
};
export type DeleteEvent = EventHead & { readonly kind: "delete"; readonly target: number };
export type ReactionEvent = EventHead & {
  readonly kind: "reaction";
  readonly target: number;
  readonly emoji: string;
  readonly on: boolean;
};
export type PinEvent = EventHead & { readonly kind: "pin"; readonly target: number; readonly on: boolean };
export type MemberEvent = EventHead & {
  readonly kind: "member";
  readonly userId: string;
  readonly change: MemberChange;
  readonly role?: Role;
  /** With change `muted`; absent means unmuted. */
  readonly mutedUntil?: string;
};
export type RoomChangedEvent = EventHead & {
  readonly kind: "room";
  /** All properties of the room, as they are from now on. */
  readonly name: string | null;
  readonly topic: string | null;
  readonly archived: boolean;
};
/** A kind that this client does not know: it moves the cursor and changes nothing else. */
export type UnknownEvent = EventHead & { readonly kind: "unknown" };

export type RoomEvent =
  | MessageEvent
  | EditEvent
  | DeleteEvent
  | ReactionEvent
  | PinEvent
  | MemberEvent
  | RoomChangedEvent
  | UnknownEvent;

/** A room as GET /api/rooms lists it: the counts are those at `lastSeq`. */
export interface RoomItem {
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly name: string | null;
  readonly topic: string | null;
  readonly archived: boolean;
  readonly lastSeq: number;
  readonly readSeq: number;
  readonly unread: number;
  readonly mentions: number;
  readonly lastMessage: Message | null;
  readonly role: Role;
  /** The other users of a direct room; empty for other kinds. */
  readonly others: readonly string[];
  readonly memberCount: number | null;
}

export interface PublicRoom {
  readonly roomId: string;
  readonly name: string | null;
  readonly topic: string | null;
  readonly memberCount: number | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface MessagePage extends Page<Message> {
  /** The items show the effect of every event up to this seq, and of none after it. */
  readonly lastSeq: number;
}

export interface SendRequest {
  readonly clientId: string;
  readonly text: string;
  readonly replyTo?: number;
  readonly thread?: number;
}

export interface SendAnswer {
  readonly roomId: string;
  readonly seq: number;
  readonly messageId: string;
  readonly at: string;
}

export interface SyncAnswer {
  readonly roomId: string;
  readonly lastSeq: number;
  readonly events: readonly RoomEvent[];
  readonly more: boolean;
  readonly reset: boolean;
  /** Set beside `reset` when the room is gone for this user. */
  readonly error: string | null;
}

export interface Presence {
  readonly status: PresenceStatus;
  readonly lastSeen: string | null;
}
