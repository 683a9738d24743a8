import { createContext, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore, type FocusEvent, type KeyboardEvent, type ReactNode } from "react";
import { Store } from "../../chat/store";
import { useSurface } from "./surface";

/** The id of the message that the focus is in. */
const ActiveContext = createContext<Store<string | null> | null>(null);

/** True while the focus is in the message of this id. Other messages are not drawn again when it moves. */
export function useActive(id: string): boolean {
  const active = useContext(ActiveContext);
  if (!active) {
    throw new Error("There are no rows above this message.");
  }
  useEffect(
    // A message that leaves with the focus in it gives the way in back to the rows.
    () => () => active.update((current) => (current === id ? null : current)),
    [active, id],
  );
  return useSyncExternalStore(active.subscribe, () => active.get() === id);
}

/**
 * Messages, one below the other, as one stop for Tab: from there the arrow keys go from message to message, and Tab to what is inside the
 * one with the focus.
 */
export function MessageRows({ children }: { children: ReactNode }) {
  const { compose } = useSurface();
  const [active] = useState(() => new Store<string | null>(null));
  const rows = useRef<HTMLDivElement>(null);
  const last = useRef<HTMLElement | null>(null);
  const inside = useSyncExternalStore(active.subscribe, () => active.get() !== null);

  const focused = useCallback(
    (event: FocusEvent<HTMLElement>): void => {
      if (event.target === rows.current) {
        (last.current?.isConnected ? last.current : lastInView(rows.current))?.focus({ preventScroll: true });
        return;
      }
      const message = messageOf(event.target);
      last.current = message;
      active.update(() => message?.id ?? null);
    },
    [active],
  );

  const left = useCallback(
    (event: FocusEvent<HTMLElement>): void => {
      if (!rows.current!.contains(event.relatedTarget)) {
        active.update(() => null);
      }
    },
    [active],
  );

  const keyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const message = messageOf(event.target as Element);
    if (event.defaultPrevented || !message || altKey || ctrlKey || metaKey || shiftKey) {
      return;
    }
    const all = [...rows.current!.querySelectorAll<HTMLElement>(".message")];
    const at = all.indexOf(message);
    const next = key === "ArrowUp" ? all[at - 1] : key === "ArrowDown" ? all[at + 1] : undefined;
    if (next) {
      event.preventDefault();
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    } else if (key === "Escape" || (key === "ArrowDown" && at === all.length - 1)) {
      event.preventDefault();
      compose.focus();
    }
  };

  return (
    <ActiveContext value={active}>
      <div ref={rows} className="rows" tabIndex={inside ? -1 : 0} onFocus={focused} onBlur={left} onKeyDown={keyDown}>
        {children}
      </div>
    </ActiveContext>
  );
}

const messageOf = (element: Element): HTMLElement | null => element.closest<HTMLElement>(".message");

/** The one that a reader looks at first: the last that is at least partly in view. */
function lastInView(rows: HTMLElement | null): HTMLElement | undefined {
  const all = [...(rows?.querySelectorAll<HTMLElement>(".message") ?? [])];
  const bottom = rows?.closest(".scroller, .panel-body")?.getBoundingClientRect().bottom ?? window.innerHeight;
  return all.findLast((message) => message.getBoundingClientRect().top < bottom) ?? all.at(-1);
}
