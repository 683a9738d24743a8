import { describe, expect, test, vi } from "vitest";
import { Api } from "../src/chat/api";
import { ChatError, Code, hubErrorOf } from "../src/chat/errors";
import type { Lock } from "../src/chat/rest";
import type { Session, SessionStore } from "../src/chat/session";

const user = { userId: "1", username: "ann", displayName: "Ann" };

/** What the tabs of one browser share. */
class Browser implements SessionStore {
  session: Session | null;
  #chain: Promise<unknown> = Promise.resolve();

  constructor(session: Session | null) {
    this.session = session;
  }

  read = (): Session | null => this.session;
  write = (session: Session | null): void => void (this.session = session);
  subscribe = (): (() => void) => () => undefined;

  readonly lock: Lock = <T>(_name: string, work: () => Promise<T>): Promise<T> => {
    const run = this.#chain.then(work);
    this.#chain = run.catch(() => undefined);
    return run;
  };
}

/** A server with single-use refresh tokens: a second use of one ends the session. */
class Server {
  generation = 1;
  ended = false;
  refreshes = 0;
  failWith: Error | number | null = null;
  readonly seen: string[] = [];

  readonly fetch: typeof fetch = async (input, init) => {
    await Promise.resolve();
    const path = input as string;
    const headers = (init?.headers ?? {}) as Record<string, string>;
    this.seen.push(path);
    if (this.failWith instanceof Error) {
      throw this.failWith;
    }
    if (this.failWith !== null) {
      return new Response("<html>bad gateway</html>", { status: this.failWith });
    }
    if (path === "/api/auth/refresh") {
      this.refreshes++;
      const { refreshToken } = JSON.parse(init!.body as string) as { refreshToken: string };
      if (this.ended || refreshToken !== `r${this.generation}`) {
        this.ended = true;
        return problem(401, "auth.invalid");
      }
      this.generation++;
      return Response.json({ user, ...this.tokens(), expiresIn: 600 });
    }
    if (this.ended || headers.Authorization !== `Bearer a${this.generation}`) {
      return problem(401, "auth.invalid");
    }
    return Response.json({ ...user, path });
  };

  tokens = (): { accessToken: string; refreshToken: string } => ({
    accessToken: `a${this.generation}`,
    refreshToken: `r${this.generation}`,
  });
}

const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ title: "Title", detail: "Detail", status, code }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });

const now = 1_800_000_000_000;
const session = (server: Server, renewIn: number): Session => ({ user, ...server.tokens(), renewAt: now + renewIn });
const apiOf = (browser: Browser, server: Server, ended = (): void => undefined): Api =>
  new Api({ sessions: browser, fetch: server.fetch, lock: browser.lock, now: () => now, ended });

describe("Api", () => {
  test("calls that find the token at its end share one refresh", async () => {
    const server = new Server();
    const browser = new Browser(session(server, 0));
    const api = apiOf(browser, server);
    await Promise.all(Array.from({ length: 20 }, () => api.me()));
    expect(server.refreshes).toBe(1);
    expect(browser.session?.refreshToken).toBe("r2");
  });

  test("calls whose token is refused share one refresh and are made again", async () => {
    const server = new Server();
    const browser = new Browser({ ...session(server, 600_000), accessToken: "revoked" });
    const api = apiOf(browser, server);
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.me()));
    expect(answers.every((answer) => answer.username === "ann")).toBe(true);
    expect(server.refreshes).toBe(1);
  });

  test("calls share one refresh where the browser has no locks", async () => {
    const server = new Server();
    const browser = new Browser(session(server, 0));
    const api = new Api({ sessions: browser, fetch: server.fetch, lock: (_, work) => work(), now: () => now });
    await Promise.all(Array.from({ length: 20 }, () => api.me()));
    expect(server.refreshes).toBe(1);
    expect(server.ended).toBe(false);
  });

  test("tabs share one refresh: a single-use token is never used twice", async () => {
    const server = new Server();
    const browser = new Browser(session(server, 0));
    const tabs = Array.from({ length: 5 }, () => apiOf(browser, server));
    await Promise.all(tabs.flatMap((tab) => [tab.me(), tab.accessToken()]));
    expect(server.refreshes).toBe(1);
    expect(server.ended).toBe(false);
  });

  test("a later end of the token makes another refresh", async () => {
    const server = new Server();
    const browser = new Browser(session(server, 0));
    const api = apiOf(browser, server);
    await api.me();
    browser.session = { ...browser.session!, renewAt: now };
    await api.me();
    expect(server.refreshes).toBe(2);
  });

  test("a refused refresh token ends the session and says so", async () => {
    const server = new Server();
    const browser = new Browser(session(server, 0));
    server.ended = true;
    const ended = vi.fn(() => expect(browser.session).toBeNull());
    await expect(apiOf(browser, server, ended).me()).rejects.toMatchObject({ code: Code.signedOut });
    expect(browser.session).toBeNull();
    expect(ended).toHaveBeenCalledOnce();
  });

  test("signing out is no end by the server", async () => {
    const server = new Server();
    const browser = new Browser(session(server, 60_000));
    const ended = vi.fn();
    await apiOf(browser, server, ended).logout();
    expect(browser.session).toBeNull();
    expect(ended).not.toHaveBeenCalled();
  });

  test.each([new TypeError("fetch failed"), 502])("a refresh that fails by %s keeps the session", async (failure) => {
    const server = new Server();
    const browser = new Browser(session(server, 0));
    server.failWith = failure;
    await expect(apiOf(browser, server).me()).rejects.toBeInstanceOf(ChatError);
    expect(browser.session?.refreshToken).toBe("r1");
    server.failWith = null;
    await expect(apiOf(browser, server).me()).resolves.toMatchObject({ userId: "1" });
  });

  test("signing out while a refresh is under way stays signed out", async () => {
    const server = new Server();
    const browser = new Browser(session(server, 0));
    const api = apiOf(browser, server);
    const call = api.me();
    browser.session = null;
    await expect(call).rejects.toMatchObject({ code: Code.signedOut });
    expect(browser.session).toBeNull();
  });

  test("problem details become an error with their code", async () => {
    const browser = new Browser(session(new Server(), 600_000));
    const refusing: typeof fetch = () => Promise.resolve(problem(429, "rate.limited", { "Retry-After": "7" }));
    const api = new Api({ sessions: browser, fetch: refusing, lock: browser.lock, now: () => now });
    await expect(api.me()).rejects.toMatchObject({ code: "rate.limited", status: 429, retryAfter: 7, message: "Detail" });
  });

  test("a list is read to its last page", async () => {
    const browser = new Browser(session(new Server(), 600_000));
    const pages = new Map([
      ["/api/rooms?limit=200", { items: [{ roomId: "1" }], next: "a b" }],
      ["/api/rooms?limit=200&cursor=a%20b", { items: [{ roomId: "2" }], next: null }],
    ]);
    const paging: typeof fetch = (input) => Promise.resolve(Response.json(pages.get(input as string)));
    const api = new Api({ sessions: browser, fetch: paging, lock: browser.lock, now: () => now });
    expect((await api.rooms()).map((room) => room.roomId)).toEqual(["1", "2"]);
  });
});

describe("hubErrorOf", () => {
  test("reads the code out of SignalR's words", () => {
    const error = new Error("An unexpected error occurred invoking 'Send' on the server. HubException: message.too_long: At most 8 KiB: cut it.");
    expect(hubErrorOf(error, true)).toMatchObject({ code: "message.too_long", message: "At most 8 KiB: cut it." });
  });

  test("an error without a code is undecided only when the connection is gone", () => {
    const error = new Error("Invocation canceled due to the underlying connection being closed.");
    expect(hubErrorOf(error, false).undecided).toBe(true);
    expect(hubErrorOf(error, true).undecided).toBe(false);
  });
});
