import type { Api } from "./api";
import { Connection, type ConnectionStatus, type Hub } from "./connection";
import { Drafts } from "./drafts";
import { Exits, isExit, type ExitEvent } from "./exits";
import { markRead, withMembers, type RoomLog } from "./log";
import { Marks } from "./marks";
import { People } from "./people";
import { Pins } from "./pins";
import { roomAfter, withMemberMarks, withRead } from "./room";
import { RoomList } from "./roomList";
import { Rooms, untilItFits } from "./rooms";
import { Sender, type SendTo } from "./sends";
import type { Shelf } from "./shelf";
import { Store, type ChatState } from "./store";
import { Syncer } from "./sync";
import { Threads } from "./threads";
import { Timeline } from "./timeline";
import type { Page, PublicRoom, Role, RoomEvent, RoomKind, SendAnswer, SessionInfo, User } from "./types";
import { Typing } from "./typing";
import { readSyncAnswers } from "./wire";

export interface ChatOptions {
  readonly api: Api;
  readonly me: User;
  /** Where drafts and unsent messages are kept. */
  readonly shelf: Shelf;
  readonly hub?: (accessToken: () => Promise<string>) => Hub;
}

/**
 * One signed-in user's chat: what the page shows is in `store`, what it can do is a method.
 *
 * How failures come: a method that returns a promise rejects with a ChatError, whose `message` is for people and whose `undecided` says
 * that the connection took the answer with it. Everything here but `createRoom` can then simply be called again. Three kinds of calls never
 * reject, because their failure has a place in the store: `send` (the send's `state`), `loadOlder` and `loadNewer` (the room's `history`),
 * `openThread` and `loadMoreOfThread` (the thread's `state`). What an action changes comes back as an event, not as its answer.
 */
export class Chat {
  readonly store: Store<ChatState>;
  readonly drafts: Drafts;
  readonly #api: Api;
  readonly #me: string;
  readonly #rooms: Rooms;
  readonly #list: RoomList;
  readonly #people: People;
  readonly #timeline: Timeline;
  readonly #threads: Threads;
  readonly #exits: Exits;
  readonly #pins: Pins;
  readonly #connection: Connection;
  readonly #syncer: Syncer;
  readonly #sender: Sender;
  readonly #typing: Typing;
  #seen: string | null = null;
  readonly #marks = new Marks((roomId, seq) => this.#connection.invoke("MarkRead", roomId, seq));

  constructor(options: ChatOptions) {
    const { api, me, shelf, hub } = options;
    this.#api = api;
    this.#me = me.userId;
    this.drafts = new Drafts(me.userId, shelf);
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
    this.#rooms = new Rooms(this.store);
    this.#exits = new Exits((roomId) => this.#rooms.get(roomId) !== undefined, () => this.#refresh());
    this.#people = new People(api, this.store, (userIds) => this.#connection.invoke("Watch", userIds));
    this.#list = new RoomList(api, this.store, this.#people);
    const seen = (userIds: readonly string[]): void => this.#people.want(userIds);
    this.#timeline = new Timeline(api, this.#rooms, seen);
    this.#threads = new Threads(api, this.#rooms, seen);
    this.#pins = new Pins(api, this.#rooms, seen);
    this.#typing = new Typing(this.#rooms, (roomId) => this.#connection.invoke("Typing", roomId));
    this.#syncer = new Syncer({
      logs: {
        cursor: (roomId) => this.#rooms.log(roomId)?.cursor ?? null,
        apply: (roomId, events) => this.#apply(roomId, events),
        reset: (answer) => this.#reset(answer.roomId),
      },
      sync: async (cursors) => readSyncAnswers(await this.#connection.invoke("Sync", cursors)),
    });
    this.#sender = new Sender({
      send: async (roomId, request) => (await this.#connection.invoke("Send", roomId, request)) as SendAnswer,
      cursor: (roomId) => this.#rooms.log(roomId)?.cursor ?? null,
      show: (roomId, sends) => this.#rooms.update(roomId, (room) => ({ ...room, sends })),
    });
    this.#connection = new Connection({
      accessToken: () => api.accessToken(),
      probe: () => api.me(),
      catchUp: () => this.#catchUp(),
      status: (status) => this.#status(status),
      pushes: {
        events: (roomId, events) => this.#syncer.receive(roomId, events),
        read: (roomId, userId, seq) => this.#read(roomId, userId, seq),
        typing: (roomId, userId) => this.#typingPush(roomId, userId),
        presence: (userId, presence) =>
          this.store.update((s) => ({ ...s, presence: new Map(s.presence).set(userId, presence) })),
        rooms: (roomId, change) => this.#exits.changed(roomId, change),
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
    this.#exits.stop();
    this.#people.stop();
    this.#syncer.stop();
    this.#connection.stop();
    this.drafts.stop();
  }

  /** Removes what this browser keeps of the user. */
  forget(): void {
    this.drafts.clear();
  }

  /** The network or the page came back: do not wait for the next try, and do not trust a connection that only looks open. */
  retryNow = (): void => {
    this.#connection.retryNow();
    this.check();
  };

  /** The network may be gone. */
  check = (): void => void this.#connection.check();

  /** The room on the screen; null for none. With many unread messages it opens at the first of them, otherwise at its end. */
  open = (roomId: string | null): void => this.#timeline.open(roomId);

  /** One more page of older messages in front of the window. */
  loadOlder = (roomId: string): Promise<void> => this.#timeline.loadOlder(roomId);

  /** One more page of newer messages behind the window, where that does not go to the end. */
  loadNewer = (roomId: string): Promise<void> => this.#timeline.loadNewer(roomId);

  /** Opens the room at a message and sets the room's `jump`; `message.not_found` when there is none with this seq. */
  jump = (roomId: string, seq: number): Promise<void> => this.#timeline.jump(roomId, seq);

  /** Brings the oldest messages into the window. */
  toFirst = (roomId: string): Promise<void> => this.#timeline.toFirst(roomId);

  /** Brings the newest messages into the window. */
  toLatest = (roomId: string): Promise<void> => this.#timeline.toLatest(roomId);

  /** What the user looks at in the room on the screen, so that what is dropped from the window is far from it; null for the end. */
  view = (seq: number | null): void => this.#timeline.view(seq);

  /** Opens the thread of a message beside the room, in place of the one that was; the room's `thread` has it. */
  openThread = (roomId: string, root: number): Promise<void> => this.#threads.open(roomId, root);

  closeThread = (roomId: string): void => this.#threads.close(roomId);

  /** One more page of older messages of the thread; after a failure what failed. */
  loadMoreOfThread = (roomId: string): Promise<void> => this.#threads.more(roomId);

  /** Shows the message at once and sends it as soon as it can be. */
  send(roomId: string, text: string, to: SendTo = {}): void {
    this.#sender.send(roomId, text, to);
    if ((to.thread ?? null) === null) {
      this.#rooms.update(roomId, (room) => ({ ...room, sent: room.sent + 1 }));
    }
  }

  retry = (roomId: string, clientId: string): void => this.#sender.retry(roomId, clientId);

  discard = (roomId: string, clientId: string): void => this.#sender.discard(roomId, clientId);

  /** Makes a draft again of a message that could not be sent. */
  takeBack(roomId: string, clientId: string): void {
    const send = this.#rooms.get(roomId)?.sends.find((s) => s.clientId === clientId);
    if (send?.state === "failed") {
      const draft = this.drafts.get(roomId, send.thread);
      this.drafts.set(roomId, draft === "" ? send.text : `${send.text}\n${draft}`, send.thread);
      this.discard(roomId, clientId);
    }
  }

  edit = (roomId: string, seq: number, text: string): Promise<void> => this.#call("Edit", roomId, seq, text);

  remove = (roomId: string, seq: number): Promise<void> => this.#call("Delete", roomId, seq);

  react = (roomId: string, seq: number, emoji: string, on: boolean): Promise<void> => this.#call("React", roomId, seq, emoji, on);

  pin = (roomId: string, seq: number, on: boolean): Promise<void> => this.#api.pin(roomId, seq, on);

  /** Fetches the pinned messages into the room's `pins`, which events keep from then on. */
  loadPins = (roomId: string): Promise<void> => this.#pins.load(roomId);

  /** The room whose end the user has before their eyes: what is there, and what arrives, is read. Null for none. */
  see(roomId: string | null): void {
    this.#seen = roomId;
    const log = roomId === null ? undefined : this.#rooms.log(roomId);
    if (roomId !== null && log) {
      this.#rooms.setLog(roomId, this.#markSeen(roomId, log));
    }
  }

  /** The user is writing; told to the others now and then. */
  typing(roomId: string): void {
    if (this.store.get().connection === "online") {
      this.#typing.own(roomId);
    }
  }

  discover = (query: string, next: string | null): Promise<Page<PublicRoom>> => this.#api.discover(query, next);

  findUsers = (query: string, next: string | null): Promise<Page<User>> => this.#api.findUsers(query, next);

  /** Fetches what a person shows of themselves now. */
  look = (userId: string): Promise<void> => this.#people.look(userId);

  /** Changes one's own profile; what is left out stays, an empty status clears it. */
  async updateMe(change: { displayName?: string; status?: string }): Promise<void> {
    this.#people.learn([await this.#api.updateMe(change)]);
  }

  /** The user's sign-ins on all devices. */
  sessions = (): Promise<readonly SessionInfo[]> => this.#api.sessions();

  /** Signs a device out. */
  endSession = (sessionId: string): Promise<void> => this.#api.endSession(sessionId);

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

  /** Changes the room's name or topic; what is left out stays, an empty topic clears it. */
  updateRoom = (roomId: string, change: { name?: string; topic?: string }): Promise<void> => this.#api.updateRoom(roomId, change);

  archive = (roomId: string, on: boolean): Promise<void> => this.#api.updateRoom(roomId, { archived: on });

  addMembers = (roomId: string, userIds: readonly string[]): Promise<void> => this.#api.addMembers(roomId, userIds);

  setRole = (roomId: string, userId: string, role: Role): Promise<void> => this.#api.updateMember(roomId, userId, { role });

  /** Mutes until that time; null unmutes. */
  mute = (roomId: string, userId: string, until: string | null): Promise<void> =>
    this.#api.updateMember(roomId, userId, { mutedUntil: until });

  removeMember = (roomId: string, userId: string, ban: boolean): Promise<void> => this.#api.removeMember(roomId, userId, ban);

  /** Fetches the first members, or with `more` those after the ones held. */
  async loadMembers(roomId: string, more = false): Promise<void> {
    await untilItFits(async () => {
      const log = this.#rooms.log(roomId);
      if (!log || (more ? log.membersNext === null : log.members !== null)) {
        return true;
      }
      const { items, next } = await this.#api.members(roomId, more ? log.membersNext : null);
      const members = items.map((item) => item.member);
      const room = this.#rooms.get(roomId);
      // The page is as of the request at the earliest, and what it has of later changes does not change when they are applied again.
      const held = room && withMembers(room.log, members, next, log.cursor, more);
      if (held) {
        this.#people.learn(items.map((item) => item.user));
        this.#rooms.update(roomId, () => withMemberMarks({ ...room, log: held }, members));
        this.#people.watch(members.map((m) => m.userId));
      }
      return !room || !!held;
    });
  }

  /** Fetches how far the others have read, with the members, which a lost connection may have kept from us. */
  async loadReads(roomId: string): Promise<void> {
    if (this.#rooms.log(roomId)?.members === null) {
      return this.loadMembers(roomId);
    }
    const { items } = await this.#api.members(roomId, null);
    this.#rooms.update(roomId, (room) => withMemberMarks(room, items.map((item) => item.member)));
  }

  /** A hub call without an answer. */
  async #call(method: string, ...args: unknown[]): Promise<void> {
    await this.#connection.invoke(method, ...args);
  }

  #status(connection: ConnectionStatus): void {
    if (connection !== "online" && connection !== "syncing") {
      this.#syncer.stop();
    }
    this.store.update((s) => (s.connection === connection ? s : { ...s, connection, stopping: s.stopping && connection !== "online" }));
  }

  async #catchUp(): Promise<void> {
    await this.#fetchList();
    await this.#syncer.run(this.store.get().rooms.keys());
    this.#sender.resume();
    this.#marks.flush();
    this.#pins.resume();
    this.#people.watch([]); // A new connection watches nobody yet.
    this.look(this.#me).catch(() => undefined); // Changed on another device, perhaps; until then the profile of the sign-in is shown.
  }

  async #fetchList(): Promise<void> {
    await this.#list.fetch();
    this.#timeline.listed();
  }

  /** The user gained or lost a room. */
  #refresh(): void {
    this.#listAndSync().catch(() => undefined); // The next connection lists again.
  }

  async #listAndSync(): Promise<void> {
    await this.#fetchList();
    this.#syncer.background(this.store.get().rooms.keys());
  }

  async #reset(roomId: string): Promise<void> {
    const thread = this.#rooms.get(roomId)?.thread;
    await this.#list.reset(roomId);
    this.#timeline.listed();
    if (thread) {
      void this.openThread(roomId, thread.root);
    }
  }

  #apply(roomId: string, events: readonly RoomEvent[]): void {
    const room = this.#rooms.get(roomId);
    if (!room) {
      return;
    }
    const next = roomAfter(room, events);
    const log = this.#markSeen(roomId, this.#timeline.fit(roomId, next.log));
    this.#rooms.update(roomId, () => ({ ...next, log }));
    this.#sender.applied(roomId, events, this.#me);
    this.#pins.applied(roomId, events);
    this.#people.want(events.flatMap((e) => (e.kind === "member" ? [e.by, e.userId] : [e.by])));
    const exit = events.findLast((e) => isExit(e) && e.userId === this.#me) as ExitEvent | undefined;
    if (exit) {
      const { change, by } = exit;
      this.store.update((s) => ({ ...s, exits: new Map(s.exits).set(roomId, { change, by, name: log.name }) }));
      this.#refresh();
    }
  }

  #markSeen(roomId: string, log: RoomLog): RoomLog {
    const last = log.last?.seq ?? 0;
    if (roomId !== this.#seen || log.to !== null || last <= log.readSeq) {
      return log;
    }
    this.#marks.set(roomId, last);
    return markRead(log, last);
  }

  #read(roomId: string, userId: string, seq: number): void {
    if (userId !== this.#me) {
      this.#rooms.update(roomId, (room) => withRead(room, userId, seq));
      return;
    }
    const log = this.#rooms.log(roomId);
    if (!log || seq <= log.readSeq) {
      return;
    }
    this.#rooms.setLog(roomId, markRead(log, seq));
    if (seq < (log.last?.seq ?? 0)) {
      this.#refresh(); // Counts between are the server's to tell: messages may be missing here, and edited ones still count as sent.
    }
  }

  #typingPush(roomId: string, userId: string): void {
    if (userId !== this.#me) {
      this.#people.want([userId]);
      this.#typing.other(roomId, userId);
    }
  }
}
