import { useSyncExternalStore } from "react";

/** What stands beside the open room. */
export type Panel = { readonly kind: "members" } | { readonly kind: "pins" } | { readonly kind: "thread"; readonly seq: number };

export interface Route {
  readonly roomId: string | null;
  readonly panel: Panel | null;
  /** The message to go to. */
  readonly seq: number | null;
}

/*
 * The open room and its panel stand in the address, so that the back button leaves them, one after the other, and a reload keeps them.
 */

const pattern = /^#\/rooms\/(\d+)(?:\/(\d+)|\/(members|pins)|\/thread\/(\d+))?$/;
const listeners = new Set<() => void>();
const tell = (): void => listeners.forEach((listener) => listener());

let read: { readonly hash: string; readonly route: Route } | null = null;

function current(): Route {
  const { hash } = window.location;
  if (read?.hash !== hash) {
    read = { hash, route: routeOf(hash) };
  }
  return read.route;
}

export function routeOf(hash: string): Route {
  const match = pattern.exec(hash);
  const [, roomId = null, seq, name, root] = match ?? [];
  const panel: Panel | null = root !== undefined ? { kind: "thread", seq: Number(root) } : name === "members" || name === "pins" ? { kind: name } : null;
  return { roomId, panel, seq: seq === undefined ? null : Number(seq) };
}

const subscribe = (listener: () => void): (() => void) => {
  const arrived = (): void => {
    leaving = false;
    listener();
  };
  listeners.add(listener);
  window.addEventListener("popstate", arrived);
  window.addEventListener("hashchange", arrived);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", arrived);
    window.removeEventListener("hashchange", arrived);
  };
};

export const useRoute = (): Route => useSyncExternalStore(subscribe, current);

export const roomHref = (roomId: string): string => `#/rooms/${roomId}`;

/** Leads to a message; the room alone stands in the address again once it is shown. */
export const messageHref = (roomId: string, seq: number): string => `${roomHref(roomId)}/${seq}`;

/** The message that the address led to was shown, or is not there. */
export function arrivedAt(roomId: string): void {
  if (current().roomId === roomId && current().seq !== null) {
    window.history.replaceState(null, "", roomHref(roomId));
    tell();
  }
}

const panelHref = (roomId: string, panel: Panel): string =>
  `${roomHref(roomId)}/${panel.kind === "thread" ? `thread/${panel.seq}` : panel.kind}`;

export function goTo(roomId: string | null): void {
  window.location.hash = roomId === null ? "#/" : roomHref(roomId);
}

/** Marks an entry of the browser's history that was made by opening a panel: the one before it is the same room without. */
const opened = { panel: true };
const isOpened = (): boolean => (window.history.state as typeof opened | null)?.panel === true;
/** True from asking for the entry before until it is there. */
let leaving = false;

/** Opens a panel beside a room, in place of the one that is there. */
export function openPanel(roomId: string, panel: Panel): void {
  const href = panelHref(roomId, panel);
  if (isOpened() && current().roomId === roomId) {
    window.history.replaceState(opened, "", href);
  } else {
    window.history.pushState(opened, "", href);
  }
  tell();
}

export function closePanel(): void {
  const { roomId, panel } = current();
  if (roomId === null || panel === null || leaving) {
    return;
  }
  if (isOpened()) {
    leaving = true;
    window.history.back();
  } else {
    window.history.replaceState(null, "", roomHref(roomId));
    tell();
  }
}
