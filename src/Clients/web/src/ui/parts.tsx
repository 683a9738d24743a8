import { useEffect, useRef, type ReactNode } from "react";
import type { RoomKind } from "../chat/types";
import type { PresenceStatus } from "../chat/types";
import { hueOf, initialsOf } from "./text";

const paths = {
  plus: "M12 5v14M5 12h14",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 8.5c0-3.6 2.9-5.5 6.5-5.5s6.5 1.9 6.5 5.5M16 4.3a3.5 3.5 0 0 1 0 6.4M18.5 14.6c1.9.8 3 2.5 3 4.9",
  send: "M4.5 12h8M4.5 12 3 4.5 21 12 3 19.5 4.5 12Z",
  down: "M12 5v14M6 13l6 6 6-6",
  signOut: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9.5",
  lock: "M6.5 11h11v8.5h-11zM9 11V8a3 3 0 0 1 6 0v3",
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9.5h15.5M4 15h15.5",
  person: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c0-4 3.4-6 7.5-6s7.5 2 7.5 6",
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

interface AvatarProps {
  readonly id: string;
  readonly name: string;
  readonly presence?: PresenceStatus | undefined;
}

export function Avatar({ id, name, presence }: AvatarProps) {
  return (
    <span className={`avatar ${hueOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
      {presence && presence !== "offline" && <span className={`presence ${presence}`} />}
    </span>
  );
}

/** A room's face in the list: its kind, or the other person. */
export function RoomFace({ roomId, kind, title, peer, presence }: {
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly title: string;
  readonly peer: string | null;
  readonly presence?: PresenceStatus | undefined;
}) {
  if (kind === "direct") {
    return <Avatar id={peer ?? roomId} name={title} presence={presence} />;
  }
  return (
    <span className={`avatar square ${hueOf(roomId)}`} aria-hidden="true">
      <Icon name={kind === "public" ? "hash" : "lock"} />
    </span>
  );
}

interface DialogProps {
  readonly title: string;
  readonly testId: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal dialog: the browser keeps the focus inside, Escape closes, and the focus goes back to where it was. */
export function Dialog({ title, testId, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement;
    element.showModal();
    // The browser would choose the close button.
    element.querySelector<HTMLElement>("input:not([type=radio])")?.focus();
    return () => {
      element.close();
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-testid={testId}
      aria-labelledby={`${testId}-title`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) {
          onClose();
        }
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={`${testId}-title`}>{title}</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** Why the last try failed; announced when it appears. */
export function ErrorText({ text, testId }: { text: string | null; testId?: string }) {
  return (
    <p className="error" role="alert" hidden={text === null} data-testid={testId}>
      {text}
    </p>
  );
}
