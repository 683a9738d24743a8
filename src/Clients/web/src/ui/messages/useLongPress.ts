import { useEffect, useRef, type HTMLAttributes, type PointerEvent } from "react";

const longEnough = 450;
/** A finger that moves further scrolls. */
const still = 10;

/** Calls back when a finger that was held in its place is lifted; not on links, for which the browser has a menu of its own. */
export function useLongPress(onPress: (element: HTMLElement) => void): HTMLAttributes<HTMLElement> {
  const press = useRef<{ readonly x: number; readonly y: number; held: boolean; readonly timer: ReturnType<typeof setTimeout> } | null>(null);
  const end = (): void => {
    clearTimeout(press.current?.timer);
    press.current = null;
  };
  useEffect(() => end, []);

  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      end();
      if (event.pointerType !== "touch" || !event.isPrimary || (event.target as Element).closest("a, [popover]")) {
        return;
      }
      const timer = setTimeout(() => {
        press.current!.held = true;
        navigator.vibrate?.(10);
      }, longEnough);
      press.current = { x: event.clientX, y: event.clientY, held: false, timer };
    },
    onPointerMove: (event) => {
      if (press.current && Math.hypot(event.clientX - press.current.x, event.clientY - press.current.y) > still) {
        end();
      }
    },
    onTouchEnd: (event) => {
      const element = event.currentTarget;
      if (press.current?.held) {
        // No click, which would meet what opens here. And not before the finger is off, or the browser takes that for a tap beside it.
        event.preventDefault();
        setTimeout(() => onPress(element));
      }
      end();
    },
    onPointerCancel: end,
    onContextMenu: (event) => {
      // Of a finger it would select a word. A mouse keeps the browser's own menu, with what it offers for links and selected text.
      if ((event.nativeEvent as globalThis.PointerEvent).pointerType === "touch" && press.current) {
        event.preventDefault();
      }
    },
  };
}
