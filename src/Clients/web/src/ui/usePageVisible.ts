import { useSyncExternalStore } from "react";

const subscribe = (listener: () => void): (() => void) => {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
};

/** Whether the page can be seen. */
export const usePageVisible = (): boolean => useSyncExternalStore(subscribe, () => document.visibilityState === "visible");
