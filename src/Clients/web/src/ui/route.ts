import { useSyncExternalStore } from "react";

/** The open room stands in the address, so that the back button leaves it and a reload keeps it. */
const read = (): string | null => /^#\/rooms\/(\d+)$/.exec(window.location.hash)?.[1] ?? null;

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
};

export const useRoute = (): string | null => useSyncExternalStore(subscribe, read);

export const roomHref = (roomId: string): string => `#/rooms/${roomId}`;

export function goTo(roomId: string | null): void {
  window.location.hash = roomId === null ? "#/" : roomHref(roomId);
}
