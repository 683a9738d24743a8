import { textOf } from "../chat/errors";
import { Store } from "../chat/store";

export interface Toast {
  readonly id: number;
  readonly kind: "note" | "error";
  readonly text: string;
}

const shownAtMost = 4;

/** Short notices over the page: what was done, and what failed that has no place of its own to say so. */
export class Toasts {
  readonly shown = new Store<readonly Toast[]>([]);
  #last = 0;

  say = (text: string): void => this.#add("note", text);

  fail = (error: unknown): void => this.#add("error", textOf(error));

  dismiss = (id: number): void => this.shown.update((toasts) => toasts.filter((toast) => toast.id !== id));

  /** The same words once: a second time they come anew, so that they are heard again. */
  #add(kind: Toast["kind"], text: string): void {
    const toast = { id: ++this.#last, kind, text };
    this.shown.update((toasts) => [...toasts.filter((t) => t.text !== text), toast].slice(-shownAtMost));
  }
}
