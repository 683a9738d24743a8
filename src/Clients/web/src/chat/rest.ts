import { deviceOf } from "./device";
import { ChatError, Code, problemOf } from "./errors";
import type { Session, SessionStore } from "./session";
import type { AuthAnswer } from "./types";
import { readUser } from "./wire";

/** Runs `work` while no other tab of this browser runs work under the same name. */
export type Lock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export const browserLock: Lock = async (name, work) =>
  // Absent on plain http other than localhost. A refresh that two tabs then do at once makes one of them read the other's tokens.
  "locks" in navigator ? await navigator.locks.request(name, work) : await work();

export interface RestOptions {
  readonly sessions: SessionStore;
  /** The server no longer takes the session's tokens: it was ended from elsewhere, or is too old. */
  readonly ended?: () => void;
  readonly fetch?: typeof fetch;
  readonly lock?: Lock;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const callTimeout = 20_000;
/** What the user's list of sessions shows of this one. */
const device = deviceOf(globalThis.navigator?.userAgent ?? "");
/** A token is refreshed this long before its end, or a fifth of its life where that is shorter. */
const renewBefore = 15_000;

/**
 * Signing in and out, and calls under the session. Every failure is a ChatError. An access token that is about to end, or that the server refuses, is refreshed once for
 * all calls that wait for it, across tabs; when the refresh token is refused the session is over and the store becomes empty.
 */
export class Rest {
  readonly #sessions: SessionStore;
  readonly #ended: () => void;
  readonly #fetch: typeof fetch;
  readonly #lock: Lock;
  readonly #now: () => number;
  #refreshing: Promise<Session> | null = null;

  constructor(options: RestOptions) {
    this.#sessions = options.sessions;
    this.#ended = options.ended ?? (() => undefined);
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#lock = options.lock ?? browserLock;
    this.#now = options.now ?? Date.now;
  }

  async register(username: string, password: string, displayName: string): Promise<void> {
    const body = { username, password, device, ...(displayName ? { displayName } : {}) };
    this.#keep((await this.#call("POST", "/api/auth/register", null, body)) as AuthAnswer);
  }

  async login(username: string, password: string): Promise<void> {
    this.#keep((await this.#call("POST", "/api/auth/login", null, { username, password, device })) as AuthAnswer);
  }

  /** Ends the session here at once, and at the server when it can be reached. */
  async logout(): Promise<void> {
    const session = this.#sessions.read();
    this.#sessions.write(null);
    if (session) {
      try {
        await this.#call("POST", "/api/auth/logout", session.accessToken, { refreshToken: session.refreshToken });
      } catch {
        // The tokens are forgotten here; the server lets them expire.
      }
    }
  }

  /** An access token that is good for now. */
  async accessToken(): Promise<string> {
    const session = this.#sessions.read();
    if (!session) {
      throw signedOut();
    }
    return this.#ends(session) ? (await this.#refresh(session.accessToken)).accessToken : session.accessToken;
  }

  /** A call with the session's access token. */
  async request(method: Method, path: string, body?: unknown): Promise<unknown> {
    const token = await this.accessToken();
    try {
      return await this.#call(method, path, token, body);
    } catch (error) {
      if (!(error instanceof ChatError) || error.status !== 401) {
        throw error;
      }
    }
    return await this.#call(method, path, (await this.#refresh(token)).accessToken, body);
  }

  #refresh(refused: string): Promise<Session> {
    this.#refreshing ??= this.#lock("chat.refresh", () => this.#refreshAlone(refused)).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshAlone(refused: string): Promise<Session> {
    const session = this.#sessions.read();
    if (!session) {
      throw signedOut();
    }
    if (session.accessToken !== refused && !this.#ends(session)) {
      return session;
    }
    let answer: AuthAnswer;
    try {
      answer = (await this.#call("POST", "/api/auth/refresh", null, { refreshToken: session.refreshToken })) as AuthAnswer;
    } catch (error) {
      if (!(error instanceof ChatError) || (error.status !== 401 && error.status !== 400)) {
        throw error;
      }
      const newest = this.#sessions.read();
      if (newest && newest.refreshToken !== session.refreshToken) {
        return newest;
      }
      this.#sessions.write(null);
      this.#ended();
      throw signedOut(error);
    }
    if (this.#sessions.read()?.refreshToken !== session.refreshToken) {
      // Signed out while the answer was on its way: it must not sign in again.
      throw signedOut();
    }
    return this.#keep(answer);
  }

  #keep(answer: AuthAnswer): Session {
    const life = answer.expiresIn * 1000;
    const session: Session = {
      user: readUser(answer.user),
      accessToken: answer.accessToken,
      refreshToken: answer.refreshToken,
      renewAt: this.#now() + life - Math.min(renewBefore, life / 5),
    };
    this.#sessions.write(session);
    return session;
  }

  #ends = (session: Session): boolean => session.renewAt <= this.#now();

  async #call(method: Method, path: string, token: string | null, body?: unknown): Promise<unknown> {
    const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
    if (token !== null) {
      headers.Authorization = `Bearer ${token}`;
    }
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    let answer: Response;
    try {
      answer = await this.#fetch(path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(callTimeout),
      });
      if (answer.ok) {
        const text = await answer.text();
        return text === "" ? null : (JSON.parse(text) as unknown);
      }
    } catch (error) {
      throw new ChatError(Code.network, "The server cannot be reached.", 0, null, error);
    }
    throw await problemOf(answer);
  }
}

const signedOut = (cause?: unknown): ChatError => new ChatError(Code.signedOut, "You are signed out.", 401, null, cause);
