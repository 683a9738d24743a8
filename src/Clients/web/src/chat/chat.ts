import type { Api } from "./api";
import { Connection, type ConnectionStatus, type Hub } from "./connection";
import { ChatError, Code } from "./errors";
import { fetchOlder } from "./history";
import { apply, markRead, openLog, relist, resetLog, trim, withMembers, withOlder, type RoomLog } from "./log";
import { Marks } from "./marks";
import { People } from "./people";
import { Sender } from "./sends";
import { Store, type ChatState, type Exit, type RoomState } from "./store";
import { Syncer } from "./sync";
import type { MemberEvent, Page, PublicRoom, RoomEvent, RoomItem, RoomKind, SendAnswer, SyncAnswer, User } from "./types";
import { readSyncAnswers } from "./wire";

export interface ChatOptions {
  readonly api: Api;
  readonly me: User;
  readonly hub?: (accessToken: () => Promise<string>) => Hub;
}

type ExitEvent = MemberEvent & { readonly change: Exit["change"] };

const isExit = (event: RoomEvent): event is ExitEvent =>
  event.kind === "member" && ["left", "removed", "banned"].includes(event.change);

const historyPage = 50;
/** A room that is not open keeps this many messages, so that hours of pushes do not pile up. */
const keptWhenClosed = 200;
const olderTries = 10;
const typingEvery = 3_000;
const typingLasts = 5_000;

/** One signed-in user's chat: what the page shows is in `store`, what it can do is a method. */
export class Chat {
  readonly store: Store<ChatState>;
  /** What this user wrote and did not send, by room, while the page is open. */
  readonly drafts = new Map<string, string>();
  readonly #api: Api;
  readonly #me: string;
  readonly #people: People;
  readonly #connection: Connection;
  readonly #syncer: Syncer;
  readonly #sender: Sender;
  readonly #toReset = new Set<string>();
  readonly #marks = new Marks((roomId, seq) => this.#connection.invoke("MarkRead", roomId, seq));
  readonly #typed = new Map<string, number>();
  #open: string | null = null;
  #listing: Promise<void> | null = null;
  #listAgain: Promise<void> | null = null;

  constructor(options: ChatOptions) {
    const { api, me, hub } = options;
    this.#api = api;
    this.#me = me.userId;
    this.store = new Store<ChatState>({
      me,
      connection: "connecting",
      stopping: false,
      listed: false,
      rooms: new Map(),
      exits: new Map(),
      users: new Map([[me.userId, me]]),
      presence: new Map(),
      error: null,
    });
    this.#people = new People(api, this.store, (userIds) => this.#connection.invoke("Watch", userIds));
    this.#syncer = new Syncer({
      logs: {
        cursor: (roomId) => this.#log(roomId)?.cursor ?? null,
        apply: (roomId, events) => this.#apply(roomId, events),
        reset: (answer) => this.#reset(answer),
      },
      sync: async (cursors) => readSyncAnswers(await this.#connection.invoke("Sync", cursors)),
    });
    this.#sender = new Sender({
      send: async (roomId, request) => (await this.#connection.invoke("Send", roomId, request)) as SendAnswer,
      cursor: (roomId) => this.#log(roomId)?.cursor ?? null,
      show: (roomId, sends) => this.#room(roomId, (room) => ({ ...room, sends })),
    });
    this.#connection = new Connection({
      accessToken: () => api.accessToken(),
      probe: () => api.me(),
      catchUp: () => this.#catchUp(),
      status: (status) => this.#status(status),
      pushes: {
        events: (roomId, events) => this.#syncer.receive(roomId, events),
        read: (roomId, userId, seq) => this.#read(roomId, userId, seq),
        typing: (roomId, userId) => this.#typing(roomId, userId),
        presence: (userId, presence) =>
          this.store.update((s) => ({ ...s, presence: new Map(s.presence).set(userId, presence) })),
        rooms: () => this.#refresh(),
        lagging: (roomId) => this.#syncer.background([roomId]),
        bye: (reason) => this.store.update((s) => ({ ...s, stopping: reason === "server.stopping" })),
      },
      ...(hub ? { hub } : {}),
    });
  }

  start(): void {
    this.#connection.start();
  }

  /** Ends everything under way; a stopped chat is not started again. */
  stop(): void {
    this.#marks.stop();
    this.#people.stop();
    this.#syncer.stop();
    this.#connection.stop();
  }

  /** The network or the page came back: do not wait for the next try, and do not trust a connection that only looks open. */
  retryNow = (): void => {
    this.#connection.retryNow();
    this.check();
  };

  /** The network may be gone. */
  check = (): void => void this.#connection.check();

  /** The room on the screen; null for none. */
  open(roomId: string | null): void {
    const before = this.#open;
    this.#open = roomId;
    if (before !== null && before !== roomId) {
      this.#room(before, (room) => ({ ...room, log: trim(room.log, keptWhenClosed) }));
    }
    const log = roomId === null ? null : this.#log(roomId);
    if (roomId !== null && log && log.messages.length < historyPage) {
      void this.loadOlder(roomId);
    }
  }

  /** One more page of history in front of what is held. */
  async loadOlder(roomId: string): Promise<void> {
    const room = this.store.get().rooms.get(roomId);
    if (!room || room.history === "loading" || room.log.from === 0) {
      return;
    }
    this.#room(roomId, (r) => ({ ...r, history: "loading" }));
    try {
      let tries = 0;
      while (!(await this.#olderPage(roomId))) {
        if (++tries === olderTries) {
          throw new ChatError(Code.unknown, "The room changes faster than it can be read.");
        }
      }
      this.#room(roomId, (r) => ({ ...r, history: "idle" }));
    } catch {
      this.#room(roomId, (r) => ({ ...r, history: "failed" }));
    }
  }

  /** The user is back at the newest messages: a long way up is forgotten, and fetched again when it is wanted. */
  shorten(roomId: string): void {
    const log = this.#log(roomId);
    if (log && log.messages.length > 3 * keptWhenClosed) {
      this.#setLog(roomId, trim(log, keptWhenClosed));
    }
  }

  send(roomId: string, text: string, replyTo: number | null = null): void {
    this.#sender.send(roomId, text, replyTo);
  }

  retry = (roomId: string, clientId: string): void => this.#sender.retry(roomId, clientId);

  discard = (roomId: string, clientId: string): void => this.#sender.discard(roomId, clientId);

  /** Makes a draft again of a message that could not be sent. */
  takeBack(roomId: string, clientId: string): void {
    const send = this.store.get().rooms.get(roomId)?.sends.find((s) => s.clientId === clientId);
    if (send?.state === "failed") {
      const draft = this.drafts.get(roomId) ?? "";
      this.drafts.set(roomId, draft === "" ? send.text : `${send.text}\n${draft}`);
      this.discard(roomId, clientId);
    }
  }

  /** The user has seen everything up to `seq`. */
  markRead(roomId: string, seq: number): void {
    const log = this.#log(roomId);
    if (!log || seq <= log.readSeq) {
      return;
    }
    this.#setLog(roomId, markRead(log, seq));
    this.#marks.set(roomId, seq);
  }

  /** The user is writing; told to the others now and then. */
  typing(roomId: string): void {
    const now = Date.now();
    if (this.store.get().connection === "online" && now - (this.#typed.get(roomId) ?? 0) >= typingEvery) {
      this.#typed.set(roomId, now);
      this.#connection.invoke("Typing", roomId).catch(() => undefined);
    }
  }

  discover = (query: string, next: string | null): Promise<Page<PublicRoom>> => this.#api.discover(query, next);

  findUsers = (query: string, next: string | null): Promise<Page<User>> => this.#api.findUsers(query, next);

  /** Fetches what a person shows of themselves now. */
  look = (userId: string): Promise<void> => this.#people.look(userId);

  /** Joins a public room; when this resolves the room is in the list. */
  async join(roomId: string): Promise<void> {
    await this.#api.join(roomId);
    await this.#listAndSync();
  }

  async leave(roomId: string): Promise<void> {
    await this.#api.leave(roomId);
    await this.#listAndSync();
  }

  /** Creates a room and resolves to its id once it is in the list. */
  async createRoom(room: { kind: RoomKind; name?: string; topic?: string; memberIds: readonly string[] }): Promise<string> {
    const roomId = await this.#api.createRoom(room);
    await this.#listAndSync();
    return roomId;
  }

  /** Fetches the first members, or with `more` those after the ones held. */
  async loadMembers(roomId: string, more = false): Promise<void> {
    const log = this.#log(roomId);
    if (!log || (more ? log.membersNext === null : log.members !== null)) {
      return;
    }
    const page = await this.#api.members(roomId, more ? log.membersNext : null);
    this.#people.learn(page.items.map((item) => item.user));
    const now = this.#log(roomId);
    if (now) {
      const members = page.items.map((item) => item.member);
      this.#setLog(roomId, withMembers(now, members, page.next, log.cursor, more));
      this.#people.watch(members.map((m) => m.userId));
    }
  }

  #log = (roomId: string): RoomLog | undefined => this.store.get().rooms.get(roomId)?.log;

  #room(roomId: string, change: (room: RoomState) => RoomState): void {
    this.store.update((s) => {
      const room = s.rooms.get(roomId);
      const next = room && change(room);
      return next && next !== room ? { ...s, rooms: new Map(s.rooms).set(roomId, next) } : s;
    });
  }

  #setLog = (roomId: string, log: RoomLog): void => this.#room(roomId, (room) => (room.log === log ? room : { ...room, log }));

  #status(connection: ConnectionStatus): void {
    if (connection !== "online" && connection !== "syncing") {
      this.#syncer.stop();
    }
    this.store.update((s) => (s.connection === connection ? s : { ...s, connection, stopping: s.stopping && connection !== "online" }));
  }

  async #catchUp(): Promise<void> {
    await this.#list();
    await this.#syncer.run(this.store.get().rooms.keys());
    this.#sender.resume();
    this.#marks.flush();
    this.#people.watch([]); // A new connection watches nobody yet.
  }

  /** The user gained or lost a room. */
  #refresh(): void {
    this.#listAndSync().catch(() => undefined); // The next connection lists again.
  }

  async #listAndSync(): Promise<void> {
    await this.#list();
    this.#syncer.background(this.store.get().rooms.keys());
  }

  /** Fetches the room list; callers during a fetch share the one after it, whose answer is newer than their call. */
  #list(): Promise<void> {
    if (!this.#listing) {
      this.#listing = this.#listOnce().finally(() => {
        this.#listing = null;
      });
      return this.#listing;
    }
    this.#listAgain ??= this.#listing
      .catch(() => undefined)
      .then(() => {
        this.#listAgain = null;
        return this.#list();
      });
    return this.#listAgain;
  }

  async #listOnce(): Promise<void> {
    const items = await this.#api.rooms();
    this.store.update((s) => ({
      ...s,
      listed: true,
      rooms: new Map(items.map((item) => [item.roomId, this.#listedRoom(s.rooms.get(item.roomId), item)])),
      exits: new Map([...s.exits].filter(([roomId]) => !items.some((item) => item.roomId === roomId))),
    }));
    items.forEach((item) => this.#toReset.delete(item.roomId));
    const others = items.flatMap((item) => item.others);
    this.#people.want([...others, ...items.map((item) => item.lastMessage?.by ?? "")]);
    this.#people.watch(others);
    if (this.#open !== null) {
      this.open(this.#open);
    }
  }

  #listedRoom(held: RoomState | undefined, item: RoomItem): RoomState {
    if (!held) {
      const { roomId, kind, others } = item;
      return { roomId, kind, others, log: openLog(item, this.#me), sends: [], history: "idle", typing: new Map() };
    }
    const log = this.#toReset.has(item.roomId) ? resetLog(held.log, item) : relist(held.log, item);
    return { ...held, log };
  }

  async #reset(answer: SyncAnswer): Promise<void> {
    this.#toReset.add(answer.roomId);
    await this.#list();
  }

  #apply(roomId: string, events: readonly RoomEvent[]): void {
    const room = this.store.get().rooms.get(roomId);
    if (!room) {
      return;
    }
    let log = room.log;
    const typing = new Map(room.typing);
    for (const event of events) {
      log = apply(log, event).log;
      typing.delete(event.by);
      if (isExit(event)) {
        typing.delete(event.userId);
      }
    }
    if (roomId !== this.#open && log.messages.length > 2 * keptWhenClosed) {
      log = trim(log, keptWhenClosed);
    }
    this.#room(roomId, (r) => ({ ...r, log, typing: typing.size === r.typing.size ? r.typing : typing }));
    this.#sender.applied(roomId, events, this.#me);
    this.#people.want(events.flatMap((e) => (e.kind === "member" ? [e.by, e.userId] : [e.by])));
    const exit = events.findLast((e) => isExit(e) && e.userId === this.#me) as ExitEvent | undefined;
    if (exit) {
      const { change, by } = exit;
      this.store.update((s) => ({ ...s, exits: new Map(s.exits).set(roomId, { change, by, name: log.name }) }));
      this.#refresh();
    }
  }

  /** True when the page went in; false when it has to be asked for again. */
  async #olderPage(roomId: string): Promise<boolean> {
    const log = this.#log(roomId);
    if (!log) {
      return true;
    }
    const page = await fetchOlder(this.#api, roomId, log);
    const now = this.#log(roomId);
    const next = page && now && withOlder(now, page);
    if (!next) {
      return false;
    }
    this.#setLog(roomId, next);
    this.#people.want(page.messages.map((m) => m.by));
    return true;
  }

  #read(roomId: string, userId: string, seq: number): void {
    const log = this.#log(roomId);
    if (!log || userId !== this.#me || seq <= log.readSeq) {
      return;
    }
    this.#setLog(roomId, markRead(log, seq));
    if (seq < (log.last?.seq ?? 0)) {
      this.#refresh(); // Counts between are the server's to tell: messages may be missing here, and edited ones still count as sent.
    }
  }

  #typing(roomId: string, userId: string): void {
    if (userId === this.#me) {
      return;
    }
    const until = Date.now() + typingLasts;
    this.#people.want([userId]);
    this.#room(roomId, (room) => ({ ...room, typing: new Map(room.typing).set(userId, until) }));
    setTimeout(() => {
      this.#room(roomId, (room) => {
        if (room.typing.get(userId) !== until) {
          return room;
        }
        const typing = new Map(room.typing);
        typing.delete(userId);
        return { ...room, typing };
      });
    }, typingLasts);
  }
}
