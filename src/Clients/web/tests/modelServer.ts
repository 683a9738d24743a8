import type { Api, Place } from "../src/chat/api";
import type { Hub } from "../src/chat/connection";
import { ChatError, Code } from "../src/chat/errors";
import type { RoomItem, User } from "../src/chat/types";
import { me, ModelRoom, randomOf } from "./modelRoom";

/** One connection, as the server sees it. */
class FakeHub implements Hub {
  state = "Disconnected";
  readonly calls: { method: string; args: unknown[] }[] = [];
  readonly #handlers = new Map<string, (...args: unknown[]) => void>();
  readonly #closed: (() => void)[] = [];
  readonly #server: ModelServer;

  constructor(server: ModelServer) {
    this.#server = server;
  }

  start(): Promise<void> {
    if (!this.#server.up) {
      return Promise.reject(new Error("WebSocket failed to connect."));
    }
    this.state = "Connected";
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.drop();
    return Promise.resolve();
  }

  drop(): void {
    if (this.state === "Connected") {
      this.state = "Disconnected";
      this.#closed.forEach((closed) => closed());
    }
  }

  invoke(method: string, ...args: unknown[]): Promise<unknown> {
    this.calls.push({ method, args });
    return this.#server.invoke(method, args);
  }

  on = (method: string, handler: (...args: unknown[]) => void): void => void this.#handlers.set(method, handler);
  onclose = (handler: () => void): void => void this.#closed.push(handler);
  push = (method: string, ...args: unknown[]): void => this.#handlers.get(method)!(...args);
}

/** A server of rooms that lives in the test, fails as it is told, and keeps what it was asked. */
export class ModelServer {
  up = true;
  readonly rooms = new Map<string, ModelRoom>();
  readonly steps: string[] = [];
  readonly hubs: FakeHub[] = [];
  sendFails: Error | null = null;
  /** Sends get lost on their way in. */
  deaf = false;
  /** Nothing is answered any more, and no connection ends. */
  dead = false;
  /** What a hub call other than Sync and Send meets. */
  refusal: Error | null = null;

  readonly api = {
    accessToken: () => Promise.resolve("token"),
    me: () => (this.up ? Promise.resolve({}) : Promise.reject(new ChatError(Code.network, "away"))),
    user: (userId: string) => Promise.resolve(userOf(userId)),
    messages: (roomId: string, place: Place, limit: number, thread: number | null = null) =>
      Promise.resolve(this.rooms.get(roomId)!.page(place, limit, thread)),
    message: (roomId: string, seq: number) => {
      const room = this.rooms.get(roomId)!;
      return Promise.resolve({ message: room.messages().find((m) => m.seq === seq) ?? null, lastSeq: room.lastSeq });
    },
    pins: (roomId: string) => Promise.resolve(this.rooms.get(roomId)!.pins()),
    members: (roomId: string) => {
      const { members } = this.rooms.get(roomId)!;
      const items = [...members.values()].map((member) => ({ member: { ...member, readSeq: 2 }, user: userOf(member.userId) }));
      return Promise.resolve({ items, next: null });
    },
    updateMe: (change: object) => Promise.resolve({ ...userOf(me), ...change }),
    rooms: (): Promise<RoomItem[]> => {
      this.steps.push("list");
      return Promise.resolve([...this.rooms].map(([roomId, room]) => ({ ...room.item(), roomId })));
    },
  } as unknown as Api;

  get hub(): FakeHub {
    return this.hubs.at(-1)!;
  }

  connect = (): FakeHub => {
    this.steps.push("connect");
    this.hubs.push(new FakeHub(this));
    return this.hub;
  };

  invoke(method: string, args: unknown[]): Promise<unknown> {
    this.steps.push(method);
    if (this.dead) {
      return new Promise(() => undefined);
    }
    if (method === "Sync") {
      return Promise.resolve(
        Object.entries(args[0] as Record<string, number>).map(([roomId, cursor]) => {
          const room = this.rooms.get(roomId);
          return room
            ? { roomId, lastSeq: room.lastSeq, events: room.log.slice(cursor), more: false, reset: false }
            : { roomId, lastSeq: 0, events: [], more: false, reset: true, error: "room.not_found" };
        }),
      );
    }
    if (method === "Send") {
      const [roomId, { clientId }] = args as [string, { clientId: string }];
      const room = this.rooms.get(roomId)!;
      if (!this.deaf && !room.messages().some((m) => m.clientId === clientId)) {
        room.message(me, { clientId });
      }
      return this.sendFails ? Promise.reject(this.sendFails) : Promise.resolve({ seq: room.lastSeq });
    }
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve(null);
  }

  add(roomId: string, messages = 0): ModelRoom {
    const room = new ModelRoom(randomOf(2));
    this.rooms.set(roomId, room);
    for (let i = 0; i < messages; i++) {
      room.message("2");
    }
    return room;
  }
}

const userOf = (userId: string): User => ({ userId, username: `u${userId}`, displayName: `User ${userId}`, status: null });
