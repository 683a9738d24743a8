import { useEffect, useRef, type ReactNode } from "react";
import type { PresenceStatus, RoomKind } from "../chat/types";
import { hueOf, initialsOf } from "./text";

const paths = {
  plus: "M12 5v14M5 12h14",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  compass: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm3.8-12.8-2.1 5.5-5.5 2.1 2.1-5.5Z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 8.5c0-3.6 2.9-5.5 6.5-5.5s6.5 1.9 6.5 5.5M16 4.3a3.5 3.5 0 0 1 0 6.4M18.5 14.6c1.9.8 3 2.5 3 4.9",
  person: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c0-4 3.4-6 7.5-6s7.5 2 7.5 6",
  addPerson: "M10 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM3 20c0-4 3-6 7-6 1.6 0 3 .3 4.1.9M18.5 14v6M15.5 17h6",
  send: "M4.5 12h8M4.5 12 3 4.5 21 12 3 19.5 4.5 12Z",
  down: "M12 5v14M6 13l6 6 6-6",
  signOut: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9.5",
  lock: "M6.5 11h11v8.5h-11zM9 11V8a3 3 0 0 1 6 0v3",
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9.5h15.5M4 15h15.5",
  pin: "M9 3.5h6M10 3.5v5.5l-3.5 4.5h11L14 9V3.5M12 13.5V21",
  thread: "M4.5 5.5h15v10.5h-8L7 20v-4H4.5ZM8.5 9.3h7M8.5 12.3h4",
  edit: "M4.5 19.5l1-4.2L16.3 4.5a1.5 1.5 0 0 1 2.1 0l1.1 1.1a1.5 1.5 0 0 1 0 2.1L8.7 18.5Z",
  trash: "M4.5 6.5h15M9.5 6.5v-2.5h5v2.5M6.5 6.5l.8 13.5h9.4l.8-13.5M10.2 10.5v6M13.8 10.5v6",
  archive: "M3.5 5h17v4h-17ZM5 9v10.5h14V9M10 13h4",
  muted: "M5 9.5v5h3.5l4.5 4v-13L8.5 9.5ZM16.5 9.5l5 5M21.5 9.5l-5 5",
  ban: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM5.8 5.8l12.4 12.4",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  check: "M5 12.5l4.5 4.5L19 7.5",
  jump: "M5 4.5V11a3.5 3.5 0 0 0 3.5 3.5H19M14.5 10l4.5 4.5-4.5 4.5",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.2c1.8 2.6 5.2 2.6 7 0M9 9.5h.01M15 9.5h.01",
  reply: "M9.5 5.5 4 11l5.5 5.5M4.5 11H14a6 6 0 0 1 6 6v2",
  copy: "M9 8.5h10.5v11H9zM15 8.5V4.5H4.5v11H9",
  link: "M10 14a4.2 4.2 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.5M14 10a4.2 4.2 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2",
  text: "M4 18.5 9 5.5l5 13M5.7 14h6.6M17 18.5l1.2-3.2M15.6 18.5l3.1-8 3.1 8M16.7 15.8h4",
  message: "M4 5h16v11.5h-8.5L7 20v-3.5H4Z",
  offline: "M3 3l18 18M8.5 16a5 5 0 0 1 7 0M5 12.5a10 10 0 0 1 4.5-2.6M14 9.8a10 10 0 0 1 5 2.7M2 9a15 15 0 0 1 4.5-2.9M10.5 5.1A15 15 0 0 1 22 9M12 19.5h.01",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
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

interface RoomFaceProps {
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly title: string;
  /** The other users of a direct room. */
  readonly others?: readonly string[];
  /** Of the other one in a direct room of two. */
  readonly presence?: PresenceStatus | undefined;
}

/** A room's face in the list: its kind, or the other person of a direct room of two. */
export function RoomFace({ roomId, kind, title, others = [], presence }: RoomFaceProps) {
  const [first, second] = others;
  if (kind === "direct" && first !== undefined && second === undefined) {
    return <Avatar id={first} name={title} presence={presence} />;
  }
  const icon = kind === "public" ? "hash" : kind === "private" ? "lock" : first === undefined ? "edit" : "people";
  return (
    <span className={`avatar ${kind === "direct" ? "" : "square "}${hueOf(roomId)}`} aria-hidden="true">
      <Icon name={icon} />
    </span>
  );
}

interface DialogProps {
  readonly title: string;
  readonly testId: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Where the focus goes first: the first field, or the title where there is nothing to fill in yet. */
  readonly focus?: "field" | "title";
  readonly className?: string;
}

/** A modal dialog: the browser keeps the focus inside, Escape closes, and the focus goes back to where it was. */
export function Dialog({ title, testId, onClose, children, focus = "field", className = "" }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const pressed = useRef<EventTarget | null>(null);
  useEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement;
    element.showModal();
    // The browser would choose the close button.
    element.querySelector<HTMLElement>(focus === "field" ? "input:not([type=radio])" : "h2")?.focus();
    return () => {
      element.close();
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, [focus]);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      data-testid={testId}
      aria-labelledby={`${testId}-title`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        pressed.current = event.target;
      }}
      onClick={(event) => {
        // Beside the dialog, and not the end of a selection that began inside.
        if (event.target === dialog.current && pressed.current === dialog.current) {
          onClose();
        }
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={`${testId}-title`} tabIndex={-1}>
            {title}
          </h2>
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
