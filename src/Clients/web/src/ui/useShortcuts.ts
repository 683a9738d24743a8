import { useEffect, useRef } from "react";
import { byActivity } from "../chat/store";
import { useChat } from "./context";
import { closePanel, goTo, routeOf } from "./route";

/** Keys that work anywhere on the page; the list that people see stands in the profile dialog. */
export function useShortcuts(onSwitch: () => void): void {
  const chat = useChat();
  const toSwitch = useRef(onSwitch);
  useEffect(() => {
    toSwitch.current = onSwitch;
  });
  useEffect(() => {
    const keyDown = (event: KeyboardEvent): void => {
      const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
      // Keys of an input method, and those that a part of the page took for itself. A dialog handles its own.
      if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || document.querySelector("dialog[open]")) {
        return;
      }
      if (key === "Escape") {
        closePanel();
      } else if (key.toLowerCase() === "k" && (ctrlKey || metaKey) && !altKey && !shiftKey) {
        event.preventDefault();
        toSwitch.current();
      } else if ((key === "ArrowUp" || key === "ArrowDown") && altKey && !ctrlKey && !metaKey) {
        event.preventDefault();
        const next = neighbour(key === "ArrowDown" ? 1 : -1, shiftKey);
        if (next !== null) {
          goTo(next);
        }
      }
    };

    /** The room after or before the open one in the list; with `unread` the next that has something unread. */
    const neighbour = (step: number, unread: boolean): string | null => {
      const rooms = byActivity(chat.store.get().rooms);
      const open = rooms.findIndex((room) => room.roomId === routeOf(window.location.hash).roomId);
      for (let at = open < 0 && step < 0 ? rooms.length - 1 : open + step; at >= 0 && at < rooms.length; at += step) {
        if (!unread || rooms[at]!.log.unread > 0) {
          return rooms[at]!.roomId;
        }
      }
      return null;
    };

    window.addEventListener("keydown", keyDown);
    return () => window.removeEventListener("keydown", keyDown);
  }, [chat]);
}
