import { useEffect, useRef, useState, type ReactNode } from "react";
import { Icon } from "./parts";
import { closePanel } from "./route";

interface PanelFrameProps {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** What a test knows the panel by, and its close button. */
  readonly testId: string;
  readonly closeTestId: string;
  /** Selects what the focus goes back to when that which had it is gone, as the buttons of a message are that nobody points at. */
  readonly backTo?: string;
  readonly children: ReactNode;
}

/** A panel beside the room. The focus goes to its title, and back to where it was when the panel closes with the focus inside. */
export function PanelFrame({ title, subtitle, testId, closeTestId, backTo = ".room h1", children }: PanelFrameProps) {
  const panel = useRef<HTMLElement>(null);
  // Taken before a composer inside takes the focus.
  const [before] = useState(() => document.activeElement);
  useEffect(() => {
    const element = panel.current!;
    if (!element.contains(document.activeElement)) {
      element.querySelector("h2")?.focus();
    }
    return () => {
      const now = document.activeElement;
      if (now !== null && now !== document.body && !element.contains(now)) {
        return;
      }
      const back = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : null;
      (back ?? document.querySelector<HTMLElement>(backTo) ?? document.querySelector<HTMLElement>(".room h1"))?.focus();
    };
  }, [before, backTo]);
  return (
    <aside ref={panel} className={`panel ${testId}`} aria-labelledby={`${testId}-title`} data-testid={testId}>
      <header className="panel-head">
        <div className="panel-title">
          <h2 id={`${testId}-title`} tabIndex={-1}>
            {title}
          </h2>
          {subtitle && (
            <p className="quiet" dir="auto">
              {subtitle}
            </p>
          )}
        </div>
        <button type="button" className="icon-button" data-testid={closeTestId} aria-label={`Close ${title.toLowerCase()}`} onClick={closePanel}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  );
}
