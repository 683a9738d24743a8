import type { User } from "./types";

/** A login of this browser, shared by its tabs. */
export interface Session {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When to exchange the access token, shortly before its end; milliseconds since 1970 by this device's clock. */
  readonly renewAt: number;
}

/** Where the session lives. `read` always gives the newest, also when another tab wrote it. */
export interface SessionStore {
  read(): Session | null;
  write(session: Session | null): void;
  /** Calls back after any change, by this tab or another; returns how to stop it. */
  subscribe(listener: () => void): () => void;
}

const key = "chat.session";

export function browserSessions(storage: Storage = localStorage): SessionStore {
  const listeners = new Set<() => void>();
  const tell = (): void => listeners.forEach((listener) => listener());
  window.addEventListener("storage", (event) => {
    if (event.storageArea === storage && (event.key === key || event.key === null)) {
      tell();
    }
  });
  return {
    read() {
      const text = storage.getItem(key);
      if (text === null) {
        return null;
      }
      try {
        return JSON.parse(text) as Session;
      } catch {
        return null;
      }
    },
    write(session) {
      if (session === null) {
        storage.removeItem(key);
      } else {
        storage.setItem(key, JSON.stringify(session));
      }
      tell();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
