import { useCallback, useSyncExternalStore } from "react";

/** The same as in the style sheets: the room and what stands beside it take turns. */
export const phone = "(max-width: 720px)";
/** Panels lie over the room instead of beside it. */
export const narrow = "(max-width: 1020px)";

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
