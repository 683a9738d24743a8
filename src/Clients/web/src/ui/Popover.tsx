import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from "react";
import { phone } from "./useMedia";

interface PopoverProps {
  /** What it belongs to: it stands beside this, where there is room. */
  readonly anchor: HTMLElement | null;
  readonly label: string;
  readonly testId: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const gap = 6;

/**
 * Something small over the page, in the browser's top layer: a click beside it or Escape closes it, and the focus goes back to where it
 * was. On a phone it is a sheet at the bottom. It may hold a menu, or a field with choices.
 */
export function Popover({ anchor, label, testId, className = "", onClose, children }: PopoverProps) {
  const popover = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });

  useLayoutEffect(() => {
    const element = popover.current!;
    const toggled = (event: Event): void => {
      if ((event as ToggleEvent).newState === "closed") {
        close.current();
      }
    };
    const fit = (): void => place(element, anchor);
    element.showPopover();
    fit();
    (element.querySelector<HTMLElement>("[data-focus]") ?? element).focus({ preventScroll: true });
    element.addEventListener("toggle", toggled);
    window.addEventListener("resize", fit);
    // What comes in late, as a list that is fetched, changes its size.
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => {
      element.removeEventListener("toggle", toggled);
      window.removeEventListener("resize", fit);
      observer.disconnect();
      if (element.matches(":popover-open")) {
        element.hidePopover();
      }
    };
  }, [anchor]);

  // Keys in here are not for what lies below. Escape is the browser's.
  const keep = (event: KeyboardEvent): void => event.stopPropagation();
  return (
    <div
      ref={popover}
      popover="auto"
      className={`popover ${className}`}
      role="dialog"
      aria-label={label}
      data-testid={testId}
      tabIndex={-1}
      onKeyDown={keep}
      onContextMenu={(event) => event.stopPropagation()}
    >
      {children}
    </div>
  );
}

/** Below the anchor if it fits there, or else above, and inside the window in any case. */
function place(element: HTMLElement, anchor: HTMLElement | null): void {
  const { style } = element;
  if (window.matchMedia(phone).matches || !anchor?.isConnected) {
    style.removeProperty("top");
    style.removeProperty("left");
    element.classList.add("sheet");
    return;
  }
  element.classList.remove("sheet");
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = at.bottom + gap;
  const top = below + height <= window.innerHeight - gap ? below : at.top - gap - height;
  const left = at.right - width;
  style.top = `${Math.max(gap, Math.min(top, window.innerHeight - gap - height))}px`;
  style.left = `${Math.max(gap, Math.min(left, window.innerWidth - gap - width))}px`;
}
