import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Within this many pixels of the end counts as being at the end. */
const near = 48;
/** Further messages are asked for when less than this is left above or below. */
const ahead = 800;

interface ScrollOptions {
  /** False while there are newer messages than the list shows: then its end is an end like any other. */
  readonly toEnd: boolean;
  readonly onNearTop: () => void;
  readonly onNearBottom: () => void;
  /** The topmost message in view; null at the end. */
  readonly onLook: (seq: number | null) => void;
}

/**
 * Keeps the place in a list that grows at both ends: at its end it stays at the end; elsewhere the topmost visible message stays where
 * it is, whatever is put in above it, removed, or changes its height.
 */
export function useScroll(options: ScrollOptions) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const anchor = useRef<{ element: HTMLElement; top: number } | null>(null);
  const latest = useRef(options);
  const [atBottom, setAtBottom] = useState(true);

  useLayoutEffect(() => {
    latest.current = options;
  });

  const remember = useCallback(() => {
    const list = scroller.current!;
    const element = topmost(list);
    anchor.current = element && { element, top: element.offsetTop - list.scrollTop };
    latest.current.onLook(stuck.current ? null : Number(element?.dataset.seq ?? Number.MAX_SAFE_INTEGER));
    if (list.scrollTop < ahead) {
      latest.current.onNearTop();
    }
    if (list.scrollHeight - list.scrollTop - list.clientHeight < ahead) {
      latest.current.onNearBottom();
    }
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
  }, [remember]);

  const onScroll = useCallback(() => {
    const list = scroller.current!;
    stuck.current = latest.current.toEnd && list.scrollHeight - list.scrollTop - list.clientHeight < near;
    setAtBottom(stuck.current);
    remember();
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

/** The first message that reaches below the upper edge; by bisection, as there may be hundreds. */
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
