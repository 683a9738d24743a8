import { Component, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";

/** Within this many pixels of the end counts as being at the end. */
const near = 48;
/** Who rests so near to the end, in milliseconds, wants to stay there. */
const rest = 300;
/** Further messages are asked for when less than this many screens are left above or below. */
const ahead = 2;

interface ScrollOptions {
  /** False while there are newer messages than the list shows: then its end is an end like any other. */
  readonly toEnd: boolean;
  readonly onNearTop: () => void;
  readonly onNearBottom: () => void;
  /** The topmost message in view; null at the end. */
  readonly onLook: (seq: number | null) => void;
}

/** A message in view, and where it was in what scrolls. */
interface Anchor {
  readonly element: Element;
  readonly offset: number;
}

/**
 * Keeps the place in a list that grows and shrinks at both ends: at its end it stays at the end; elsewhere the topmost message in view
 * stays where it is, whatever is put in, taken out, or changes its height above it.
 */
export function useScroll(options: ScrollOptions) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const latest = useRef(options);
  const place = useRef({ stuck: true, top: 0, anchors: [] as readonly Anchor[] });
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [atEnd, setAtEnd] = useState(true);

  useLayoutEffect(() => {
    latest.current = options;
  });

  /** Takes in where the user is. */
  const remember = useCallback(() => {
    const list = scroller.current;
    if (list) {
      const stuck = stays(list, place.current, latest.current.toEnd);
      place.current = { stuck, top: list.scrollTop, anchors: stuck ? [] : anchorsOf(list) };
    }
  }, []);

  /** Tells of where the user is. */
  const look = useCallback(() => {
    const list = scroller.current!;
    const { scrollTop, clientHeight } = list;
    const { stuck, anchors } = place.current;
    setAtEnd(stuck || isNearEnd(list, latest.current.toEnd));
    latest.current.onLook(stuck ? null : Number((anchors[0]?.element as HTMLElement | undefined)?.dataset.seq ?? Number.MAX_SAFE_INTEGER));
    if (scrollTop < ahead * clientHeight) {
      latest.current.onNearTop();
    }
    if (belowOf(list) < ahead * clientHeight) {
      latest.current.onNearBottom();
    }
  }, []);

  /** Puts the list where it was after what it shows has changed. */
  const settle = useCallback(() => {
    const list = scroller.current;
    if (!list) {
      return;
    }
    const { stuck, top, anchors } = place.current;
    // A list that became shorter than where it was is at its end.
    const cut = list.scrollTop < top && belowOf(list) < 1;
    if (stuck && latest.current.toEnd && (cut || list.scrollTop >= top - 1)) {
      list.scrollTop = list.scrollHeight;
    } else {
      const held = anchors.find(({ element }) => element.isConnected);
      const moved = held ? offsetIn(list, held.element) - held.offset : 0;
      // Beside what moved, the user may have scrolled since.
      const to = (cut ? top : list.scrollTop) + moved;
      if (Math.abs(to - list.scrollTop) >= 0.5) {
        list.scrollTop = to;
      }
      place.current = { ...place.current, stuck: false };
    }
    remember();
    look();
  }, [look, remember]);

  const onScroll = useCallback(() => {
    const list = scroller.current!;
    remember();
    clearTimeout(resting.current);
    if (!place.current.stuck && isNearEnd(list, latest.current.toEnd)) {
      resting.current = setTimeout(() => {
        place.current = { ...place.current, stuck: isNearEnd(list, latest.current.toEnd) };
      }, rest);
    }
    look();
  }, [look, remember]);

  const toBottom = useCallback(() => {
    const list = scroller.current!;
    list.scrollTop = list.scrollHeight;
    const stuck = latest.current.toEnd;
    place.current = { stuck, top: list.scrollTop, anchors: stuck ? [] : anchorsOf(list) };
    look();
  }, [look]);

  /** Scrolls so that the element begins `below` pixels under the upper edge. */
  const show = useCallback(
    (element: Element, below: number) => {
      const list = scroller.current!;
      list.scrollTop = offsetIn(list, element) - below;
      place.current = { stuck: isNearEnd(list, latest.current.toEnd), top: list.scrollTop, anchors: anchorsOf(list) };
      look();
    },
    [look],
  );

  const isAtEnd = useCallback((): boolean => scroller.current !== null && isNearEnd(scroller.current, latest.current.toEnd), []);

  // Pictures, fonts, a keyboard on the screen, a wider window: heights change without a render.
  useEffect(() => {
    const observer = new ResizeObserver(settle);
    observer.observe(scroller.current!);
    observer.observe(content.current!);
    return () => {
      observer.disconnect();
      clearTimeout(resting.current);
    };
  }, [settle]);

  return useMemo(
    () => ({ scroller, content, atEnd, isAtEnd, remember, settle, onScroll, toBottom, show }),
    [atEnd, isAtEnd, remember, settle, onScroll, toBottom, show],
  );
}

const belowOf = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number => scrollHeight - scrollTop - clientHeight;

const isNearEnd = (list: HTMLElement, toEnd: boolean): boolean => toEnd && belowOf(list) < near;

/** Calls back before what it draws anew changes the page: the last moment at which the old places can be measured. */
export class BeforeChange extends Component<{ readonly call: () => void; readonly children: ReactNode }> {
  override getSnapshotBeforeUpdate(): null {
    this.props.call();
    return null;
  }

  // React asks for this beside the other.
  override componentDidUpdate(): void {}

  override render(): ReactNode {
    return this.props.children;
  }
}

export type Scroll = ReturnType<typeof useScroll>;

/** Whether the list still follows its end. The first step upwards leaves it, however small: with the next message the list would undo it. */
function stays(list: HTMLElement, { stuck, top }: { stuck: boolean; top: number }, toEnd: boolean): boolean {
  const moved = list.scrollTop - top;
  return isNearEnd(list, toEnd) && (stuck ? moved > -1 || belowOf(list) < 1 : moved > 0);
}

/** Where an element begins in what the list scrolls. */
const offsetIn = (list: HTMLElement, element: Element): number =>
  element.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;

/** The messages in view, the topmost first. */
function anchorsOf(list: HTMLElement): readonly Anchor[] {
  const items = list.getElementsByClassName("message");
  const { top, bottom } = list.getBoundingClientRect();
  const anchors: Anchor[] = [];
  for (let i = firstBelow(items, top); i < items.length; i++) {
    const element = items[i]!;
    const offset = element.getBoundingClientRect().top;
    if (offset >= bottom) {
      break;
    }
    anchors.push({ element, offset: offset - top + list.scrollTop });
  }
  return anchors;
}

/** The first one that reaches below a line; by bisection, as there may be hundreds. */
function firstBelow(items: HTMLCollectionOf<Element>, line: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.getBoundingClientRect().bottom <= line) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
