import type { Store } from "../chat/store";

/** While the page is hidden there are no frames, and nothing that hurries. */
const hiddenPause = 200;

/**
 * Subscribes to a store for drawing: however often it changes, listeners hear of it at most once per frame, right before that is drawn.
 */
export function perFrame<T>(store: Store<T>): (listener: () => void) => () => void {
  const listeners = new Set<() => void>();
  let unsubscribe: (() => void) | null = null;
  let asked = false;
  const tell = (): void => {
    asked = false;
    listeners.forEach((listener) => listener());
  };
  const changed = (): void => {
    if (!asked) {
      asked = true;
      if (document.visibilityState === "hidden") {
        setTimeout(tell, hiddenPause);
      } else {
        requestAnimationFrame(tell);
      }
    }
  };
  // A frame that was asked for may not come for long.
  const hidden = (): void => {
    if (asked) {
      tell();
    }
  };
  return (listener) => {
    if (!unsubscribe) {
      const stop = store.subscribe(changed);
      document.addEventListener("visibilitychange", hidden);
      unsubscribe = () => {
        stop();
        document.removeEventListener("visibilitychange", hidden);
      };
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) {
        unsubscribe?.();
        unsubscribe = null;
      }
    };
  };
}
