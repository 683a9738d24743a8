import { Rest } from "./rest";
import type { Member, Message, MessagePage, Page, PublicRoom, Role, RoomItem, RoomKind, SessionInfo, User } from "./types";
import { readMember, readMessagePage, readPage, readPublicRoom, readRoom, readSession, readUser } from "./wire";

/** Where a page of messages lies: below a seq, newest first; above one, oldest first; half before one and half from it on, oldest first. */
export type Place = { readonly before: number } | { readonly after: number } | { readonly around: number };

/** The REST calls; each rejects with a ChatError. */
export class Api extends Rest {
  me = async (): Promise<User> => readUser(await this.request("GET", "/api/users/me"));

  /** What is left out stays as it is; an empty status clears it. */
  updateMe = async (change: { displayName?: string; status?: string }): Promise<User> =>
    readUser(await this.request("PATCH", "/api/users/me", change));

  async sessions(): Promise<readonly SessionInfo[]> {
    return readPage(await this.request("GET", "/api/auth/sessions"), readSession).items;
  }

  async endSession(sessionId: string): Promise<void> {
    await this.request("DELETE", `/api/auth/sessions/${id(sessionId)}`);
  }

  user = async (userId: string): Promise<User> => readUser(await this.request("GET", `/api/users/${id(userId)}`));

  async findUsers(query: string, next: string | null): Promise<Page<User>> {
    return readPage(await this.request("GET", `/api/users?query=${encodeURIComponent(query)}&limit=20${from(next)}`), readUser);
  }

  /** All rooms of the user, however many pages they take. */
  async rooms(): Promise<RoomItem[]> {
    const all: RoomItem[] = [];
    let next: string | null = null;
    do {
      const page: Page<RoomItem> = readPage(await this.request("GET", `/api/rooms?limit=200${from(next)}`), readRoom);
      all.push(...page.items);
      next = page.next;
    } while (next !== null);
    return all;
  }

  async discover(query: string, next: string | null): Promise<Page<PublicRoom>> {
    return readPage(await this.request("GET", `/api/rooms/discover?query=${encodeURIComponent(query)}${from(next)}`), readPublicRoom);
  }

  async createRoom(room: { kind: RoomKind; name?: string; topic?: string; memberIds: readonly string[] }): Promise<string> {
    return readRoom(await this.request("POST", "/api/rooms", room)).roomId;
  }

  async updateRoom(roomId: string, change: { name?: string; topic?: string; archived?: boolean }): Promise<void> {
    await this.request("PATCH", room(roomId), change);
  }

  async join(roomId: string): Promise<void> {
    await this.request("POST", `${room(roomId)}/join`);
  }

  async leave(roomId: string): Promise<void> {
    await this.request("POST", `${room(roomId)}/leave`);
  }

  async members(roomId: string, next: string | null): Promise<Page<{ member: Member; user: User }>> {
    return readPage(await this.request("GET", `${room(roomId)}/members?limit=100${from(next)}`), readMember);
  }

  async addMembers(roomId: string, userIds: readonly string[]): Promise<void> {
    await this.request("POST", `${room(roomId)}/members`, { userIds });
  }

  async updateMember(roomId: string, userId: string, change: { role: Role } | { mutedUntil: string | null }): Promise<void> {
    await this.request("PATCH", `${room(roomId)}/members/${id(userId)}`, change);
  }

  async removeMember(roomId: string, userId: string, ban: boolean): Promise<void> {
    await this.request("DELETE", `${room(roomId)}/members/${id(userId)}?ban=${ban}`);
  }

  /** Messages of a room, or with `thread` those of that thread with its first one. */
  async messages(roomId: string, place: Place, limit: number, thread: number | null = null): Promise<MessagePage> {
    const [[name, seq]] = Object.entries(place) as [[string, number]];
    const inThread = thread === null ? "" : `&thread=${thread}`;
    return readMessagePage(await this.request("GET", `${room(roomId)}/messages?${name}=${seq}&limit=${limit}${inThread}`));
  }

  /** The message with this seq; null when there is none. */
  async message(roomId: string, seq: number): Promise<{ message: Message | null; lastSeq: number }> {
    const { items, lastSeq } = await this.messages(roomId, { around: seq }, 1);
    return { message: items.find((m) => m.seq === seq) ?? null, lastSeq };
  }

  async pin(roomId: string, seq: number, on: boolean): Promise<void> {
    await this.request(on ? "PUT" : "DELETE", `${room(roomId)}/pins/${seq}`);
  }

  /** The pinned messages, the last pinned first. */
  pins = async (roomId: string): Promise<MessagePage> => readMessagePage(await this.request("GET", `${room(roomId)}/pins`));
}

const id = encodeURIComponent;
const room = (roomId: string): string => `/api/rooms/${id(roomId)}`;
const from = (next: string | null): string => (next === null ? "" : `&cursor=${encodeURIComponent(next)}`);
