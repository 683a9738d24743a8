import { Api } from "./api";
import { Chat } from "./chat";
import type { SessionStore } from "./session";
import { browserShelf } from "./shelf";
import { Store } from "./store";

/** The page's root: the chat of whoever is signed in, replaced when that changes, in this tab or another. */
export class Home {
  readonly api: Api;
  readonly chat = new Store<Chat | null>(null);
  /** True when the server ended the last session, until somebody signs in. */
  readonly ended = new Store(false);
  readonly #sessions: SessionStore;

  constructor(sessions: SessionStore) {
    this.#sessions = sessions;
    this.api = new Api({ sessions, ended: () => this.ended.update(() => true) });
    sessions.subscribe(() => this.#follow());
    this.#follow();
    const retry = (): void => {
      if (document.visibilityState === "visible") {
        this.chat.get()?.retryNow();
      }
    };
    window.addEventListener("online", retry);
    window.addEventListener("offline", () => this.chat.get()?.check());
    document.addEventListener("visibilitychange", retry);
  }

  /** Signs out, and removes what this browser keeps of the user. */
  async signOut(): Promise<void> {
    this.chat.get()?.forget();
    await this.api.logout();
  }

  #follow(): void {
    const user = this.#sessions.read()?.user ?? null;
    const held = this.chat.get();
    if (held?.store.get().me.userId === user?.userId) {
      return;
    }
    held?.stop();
    this.ended.update(() => false);
    const chat = user && new Chat({ api: this.api, me: user, shelf: browserShelf() });
    this.chat.update(() => chat);
    chat?.start();
  }
}
