import { Store } from "../../chat/store";
import type { Message } from "../../chat/types";

export interface ComposeState {
  /** The message that the next one answers. */
  readonly replyTo: Message | null;
  /** The message that is being changed, with its text as it stands in the composer. The draft waits meanwhile. */
  readonly editing: { readonly message: Message; readonly text: string } | null;
}

/** What a composer is for besides new messages. The messages beside it set this, the composer follows. */
export class Compose {
  readonly state = new Store<ComposeState>({ replyTo: null, editing: null });
  #focus: (() => void) | null = null;

  /** The composer on the screen; returns how to take it away. */
  attach(focus: () => void): () => void {
    this.#focus = focus;
    return () => {
      if (this.#focus === focus) {
        this.#focus = null;
      }
    };
  }

  reply = (message: Message): void => {
    this.state.update(() => ({ replyTo: message, editing: null }));
    this.focus();
  };

  edit = (message: Message): void => {
    this.state.update((s) => ({ ...s, editing: { message, text: message.text } }));
    this.focus();
  };

  change = (text: string): void => {
    this.state.update((s) => (s.editing ? { ...s, editing: { ...s.editing, text } } : s));
  };

  endEdit = (): void => this.state.update((s) => ({ ...s, editing: null }));

  endReply = (): void => this.state.update((s) => ({ ...s, replyTo: null }));

  focus = (): void => this.#focus?.();
}
