import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { backoff } from "./backoff";
import { ChatError, Code, hubErrorOf } from "./errors";
import type { Presence, RoomEvent } from "./types";
import { readEvents, readPresence, readRoomsChange } from "./wire";

export type ConnectionStatus =
  /** Not wanted: signed out. */
  | "stopped"
  | "connecting"
  /** Connected, and fetching what was missed. */
  | "syncing"
  | "online"
  /** Lost; another try follows. */
  | "waiting";

/** What the server pushes. */
export interface Pushes {
  events(roomId: string, events: readonly RoomEvent[]): void;
  read(roomId: string, userId: string, seq: number): void;
  typing(roomId: string, userId: string): void;
  presence(userId: string, presence: Presence): void;
  /** The user gained or lost a room, in this way. */
  rooms(roomId: string, change: string): void;
  lagging(roomId: string): void;
  /** The server is about to close the connection, for that reason. */
  bye(reason: string): void;
}

/** The part of SignalR's HubConnection that is used here. */
export interface Hub {
  readonly state: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  invoke(method: string, ...args: unknown[]): Promise<unknown>;
  on(method: string, handler: (...args: unknown[]) => void): void;
  onclose(handler: (error?: Error) => void): void;
}

export interface ConnectionOptions {
  readonly accessToken: () => Promise<string>;
  readonly pushes: Pushes;
  /** Runs after each connect, before the status becomes online; throwing drops the connection and tries again. */
  readonly catchUp: () => Promise<void>;
  /** Runs before each new try; throws while the server is away or the session is over. */
  readonly probe: () => Promise<unknown>;
  readonly status: (status: ConnectionStatus) => void;
  readonly hub?: (accessToken: () => Promise<string>) => Hub;
  readonly random?: () => number;
}

/** A connection that lived this long starts the waits from the beginning again. */
const steady = 10_000;
/** A connection that answers nothing for this long is taken for dead. */
const signOfLife = 5_000;

/** Keeps one hub connection up until it is stopped. */
export class Connection {
  readonly #options: ConnectionOptions;
  #hub: Hub | null = null;
  #running = false;
  #wake: (() => void) | null = null;
  #checked: Hub | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
  }

  stop(): void {
    this.#running = false;
    void this.#hub?.stop();
    this.#hub = null;
    this.#wake?.();
    this.#options.status("stopped");
  }

  /** Ends a wait between tries, as when the network came back. */
  retryNow(): void {
    this.#wake?.();
  }

  /**
   * Asks the server for a sign of life and drops a connection that gives none. After a sleep or a change of network a dead one looks open
   * until SignalR's own, much longer time-out.
   */
  async check(): Promise<void> {
    const hub = this.#hub;
    if (!hub || this.#checked === hub) {
      return;
    }
    this.#checked = hub;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<"silence">((resolve) => {
      timer = setTimeout(() => resolve("silence"), signOfLife);
    });
    const answer = hub.invoke("Ping").catch(() => undefined); // A refusal is a sign of life too.
    const outcome = await Promise.race([answer, silence]);
    clearTimeout(timer);
    this.#checked = null;
    if (outcome === "silence" && this.#hub === hub) {
      await hub.stop();
    }
  }

  /** Calls the hub; every failure is a ChatError, `client.disconnected` when the outcome is unknown. */
  async invoke(method: string, ...args: unknown[]): Promise<unknown> {
    const hub = this.#hub;
    if (!hub) {
      throw new ChatError(Code.disconnected, "There is no connection.");
    }
    try {
      return await hub.invoke(method, ...args);
    } catch (error) {
      throw hubErrorOf(error, this.#hub === hub && hub.state === "Connected");
    }
  }

  async #run(): Promise<void> {
    let attempt = 0;
    while (this.#running) {
      const since = performance.now();
      try {
        if (attempt > 0) {
          await this.#options.probe();
        }
        await this.#live();
      } catch {
        // Why it failed matters only to the session, and a session that is over stops this connection.
      }
      if (!this.#running) {
        break;
      }
      this.#options.status("waiting");
      attempt = performance.now() - since > steady ? 1 : attempt + 1;
      await this.#wait(backoff(attempt - 1, this.#options.random));
    }
  }

  /** One connection, from connecting to its end. */
  async #live(): Promise<void> {
    const { status, catchUp } = this.#options;
    status("connecting");
    const hub = (this.#options.hub ?? signalR)(this.#options.accessToken);
    this.#listen(hub);
    const closed = new Promise<void>((resolve) =>
      hub.onclose(() => {
        if (this.#hub === hub) {
          this.#hub = null;
        }
        resolve();
      }),
    );
    try {
      await hub.start();
      if (!this.#running) {
        return;
      }
      this.#hub = hub;
      status("syncing");
      await catchUp();
      if (this.#hub === hub) {
        status("online");
      }
      await closed;
    } finally {
      if (this.#hub === hub) {
        this.#hub = null;
      }
      await hub.stop();
    }
  }

  #listen(hub: Hub): void {
    const { pushes } = this.#options;
    hub.on("events", (roomId, events) => pushes.events(String(roomId), readEvents(events)));
    hub.on("read", (roomId, userId, seq) => pushes.read(String(roomId), String(userId), Number(seq)));
    hub.on("typing", (roomId, userId) => pushes.typing(String(roomId), String(userId)));
    hub.on("presence", (userId, status, lastSeen) => pushes.presence(String(userId), readPresence(status, lastSeen)));
    hub.on("rooms", (change) => pushes.rooms(...readRoomsChange(change)));
    hub.on("lagging", (roomId) => pushes.lagging(String(roomId)));
    hub.on("bye", (reason) => pushes.bye(String(reason)));
    // Notifications have no place on the page yet.
    hub.on("notify", () => undefined);
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }
}

function signalR(accessToken: () => Promise<string>): Hub {
  return new HubConnectionBuilder()
    .withUrl("/hubs/chat", {
      accessTokenFactory: accessToken,
      // Straight to the WebSocket: without a negotiation any gateway behind the address can take the connection.
      skipNegotiation: true,
      transport: HttpTransportType.WebSockets,
    })
    .configureLogging(LogLevel.None)
    .build();
}
