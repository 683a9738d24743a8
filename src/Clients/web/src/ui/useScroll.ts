import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Within this many pixels of the end counts as being at the end. */
const near = 48;
/** Older messages are asked for when less than this is left above. */
const ahead = 800;

/**
 * Keeps the place in a list that grows at both ends: at its end it stays at the end; elsewhere the topmost visible message stays where
 * it is, whatever is put in above it, removed, or changes its height.
 */
export function useScroll(onNearTop: () => void) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const anchor = useRef<{ element: HTMLElement; top: number } | null>(null);
  const nearTop = useRef(onNearTop);
  const [atBottom, setAtBottom] = useState(true);

  useLayoutEffect(() => {
    nearTop.current = onNearTop;
  });

  const remember = useCallback(() => {
    const list = scroller.current!;
    const element = topmost(list);
    anchor.current = element && { element, top: element.offsetTop - list.scrollTop };
  }, []);

  const settle = useCallback(() => {
    const list = scroller.current;
    if (!list) {
      return;
    }
    const held = anchor.current;
    if (stuck.current) {
      list.scrollTop = list.scrollHeight;
    } else if (held?.element.isConnected) {
      const moved = held.element.offsetTop - list.scrollTop - held.top;
      if (Math.abs(moved) >= 1) {
        list.scrollTop += moved;
      }
    }
    remember();
    if (list.scrollTop < ahead) {
      nearTop.current();
    }
  }, [remember]);

  const onScroll = useCallback(() => {
    const list = scroller.current!;
    stuck.current = list.scrollHeight - list.scrollTop - list.clientHeight < near;
    setAtBottom(stuck.current);
    remember();
    if (list.scrollTop < ahead) {
      nearTop.current();
    }
  }, [remember]);

  const toBottom = useCallback(() => {
    stuck.current = true;
    setAtBottom(true);
    settle();
  }, [settle]);

  // Fonts, a keyboard on the screen, a wider window: heights change without a render.
  useEffect(() => {
    const observer = new ResizeObserver(settle);
    observer.observe(scroller.current!);
    observer.observe(content.current!);
    return () => observer.disconnect();
  }, [settle]);

  return { scroller, content, atBottom, settle, onScroll, toBottom };
}

/** The first message that reaches below the upper edge; by bisection, as there may be thousands. */
function topmost(list: HTMLElement): HTMLElement | null {
  const items = list.getElementsByClassName("message") as HTMLCollectionOf<HTMLElement>;
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle]!;
    if (item.offsetTop + item.offsetHeight <= list.scrollTop) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return items[low] ?? null;
}
