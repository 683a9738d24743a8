import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Drafts } from "../chat/drafts";
import { Icon } from "./parts";

interface ComposerProps {
  readonly roomId: string;
  /** The first message of the thread that it writes to; null in the room itself. */
  readonly thread?: number | null;
  readonly drafts: Drafts;
  readonly title: string;
  readonly onSend: (text: string) => void;
  readonly onType: () => void;
}

const linesAtMost = 8;

export function Composer({ roomId, thread = null, drafts, title, onSend, onType }: ComposerProps) {
  const [text, setText] = useState(() => drafts.get(roomId, thread));
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    // A touch screen would answer the focus with its keyboard over half of the messages.
    if (window.matchMedia("(pointer: fine)").matches) {
      area.current?.focus();
    }
  }, []);

  const change = (next: string): void => {
    setText(next);
    drafts.set(roomId, next, thread);
  };

  const send = (): void => {
    if (text.trim() !== "") {
      onSend(text.trimEnd());
      change("");
    }
    area.current?.focus();
  };

  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // The Enter that ends a composition belongs to the input method. Safari ends the composition before this event and marks it by 229 only.
    const composing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey && !composing) {
      event.preventDefault();
      send();
    }
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={area}
        data-testid={thread === null ? "composer" : "thread-composer"}
        aria-label={`Message to ${title}`}
        placeholder="Write a message"
        dir="auto"
        enterKeyHint="send"
        rows={Math.min(linesAtMost, text.split("\n").length)}
        value={text}
        onChange={(event) => {
          change(event.target.value);
          if (event.target.value !== "") {
            onType();
          }
        }}
        onKeyDown={keyDown}
      />
      <button className="send" data-testid={thread === null ? "send" : "thread-send"} aria-label="Send" title="Send" disabled={text.trim() === ""}>
        <Icon name="send" />
      </button>
    </form>
  );
}
