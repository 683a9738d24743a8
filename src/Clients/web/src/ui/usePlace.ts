import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { RoomState } from "../chat/store";
import { useChat } from "./context";
import { usePage } from "./page";
import { arrivedAt, useRoute } from "./route";
import { usePageVisible } from "./usePageVisible";
import type { Scroll } from "./useScroll";

/** Where the line above new messages comes to stand when a room opens at it, as a part of the list's height. */
const lineAt = 0.2;
/** Milliseconds, as in messages.css. */
const markedFor = 2_400;
let marks = 0;

/**
 * Where a room's list is: at first at what is new, or at the end; then where the user jumps; and in between where it was. What was seen at
 * the end is marked as read.
 */
export function usePlace(room: RoomState, scroll: Scroll) {
  const chat = useChat();
  const page = usePage();
  const { seq } = useRoute();
  const visible = usePageVisible();
  const { roomId, log, moving, jump } = room;
  const { scroller, settle, toBottom, show, isAtEnd } = scroll;
  const state = useRef({ placed: false, jump: 0, sent: room.sent, goal: null as "first" | "latest" | null });
  const [, setArrivals] = useState(0);

  const goTo = useCallback(
    async (goal: "first" | "latest"): Promise<void> => {
      state.current.goal = goal;
      try {
        await (goal === "first" ? chat.toFirst(roomId) : chat.toLatest(roomId));
        setArrivals((arrivals) => arrivals + 1);
      } catch (error) {
        state.current.goal = null;
        throw error;
      }
    },
    [chat, roomId],
  );

  useEffect(() => {
    if (seq !== null) {
      chat
        .jump(roomId, seq)
        .catch(page.fail)
        .finally(() => arrivedAt(roomId));
    }
  }, [chat, page, roomId, seq]);

  useLayoutEffect(() => {
    const held = state.current;
    const list = scroller.current!;
    const arrived = !moving && held.goal !== null && (held.goal === "first" ? log.from === 0 : log.to === null);
    const target = jump && jump.id > held.jump ? list.querySelector<HTMLElement>(`[data-seq="${jump.seq}"]`) : null;
    if (jump && target) {
      state.current = { ...held, placed: true, goal: null, jump: jump.id };
      show(target, Math.max(0, (list.clientHeight - target.offsetHeight) / 2));
      highlight(target);
    } else if (arrived) {
      state.current = { ...held, placed: true, goal: null };
      if (held.goal === "first") {
        show(list.firstElementChild!, 0);
      } else {
        toBottom();
      }
    } else if (!held.placed && seq === null && isReady(room)) {
      held.placed = true;
      const line = list.querySelector(".new-since");
      const below = line ? list.firstElementChild!.getBoundingClientRect().bottom - line.getBoundingClientRect().top : 0;
      if (line && below > list.clientHeight) {
        show(line, lineAt * list.clientHeight);
      } else {
        toBottom();
      }
    } else {
      settle();
    }
    if (room.sent > held.sent) {
      state.current.sent = room.sent;
      // What is on its way stands below the window, wherever that is, so it shows also when the newest messages cannot be fetched.
      toBottom();
      goTo("latest").catch(() => undefined);
    }
  });

  useEffect(() => chat.see(visible && state.current.placed && isAtEnd() ? roomId : null));
  useEffect(() => () => chat.see(null), [chat]);

  return { goTo };
}

/** True once it is known what the room shows first. */
function isReady({ log, moving, history }: RoomState): boolean {
  const reachesMark = log.unread === 0 ? log.messages.length > 0 || log.from === 0 : log.from <= log.readSeq;
  return !moving && (reachesMark || history.older === "failed");
}

/** Marks a row, beside what React keeps of it, for as long as the animation of its style takes. */
function highlight(row: HTMLElement): void {
  const mark = String(++marks);
  row.dataset.jumped = mark;
  setTimeout(() => {
    if (row.dataset.jumped === mark) {
      delete row.dataset.jumped;
    }
  }, markedFor);
}
