import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { textOf } from "../chat/errors";
import { CompletionList } from "./composer/CompletionList";
import { ComposerBar } from "./composer/ComposerBar";
import { toggleMark } from "./composer/format";
import { roomIn } from "./composer/length";
import { isComposing, typeOver } from "./composer/typing";
import { useCompletion } from "./composer/useCompletion";
import { lastOwn, useDraft, useGone } from "./composer/useDraft";
import { WritingHelp } from "./composer/WritingHelp";
import { useChat } from "./context";
import { EmojiPicker } from "./emoji/EmojiPicker";
import { useSurface } from "./messages/surface";
import { ErrorText, Icon } from "./parts";

const linesAtMost = 8;
const marks: Readonly<Record<string, string>> = { b: "**", i: "*" };
/** There a new line is what Enter of the keyboard on the screen is for, and a button sends. */
const coarse = "(pointer: coarse)";
const isCoarse = (): boolean => window.matchMedia(coarse).matches;

/** Where messages to a room or a thread are written, and one's own are changed. What it is about comes from the surface around it. */
export function Composer({ title }: { readonly title: string }) {
  const chat = useChat();
  const { roomId, thread, compose, remove } = useSurface();
  const { text, change, replyTo, editing } = useDraft(roomId, thread, compose);
  const area = useRef<HTMLTextAreaElement>(null);
  const [error, setError] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const completion = useCompletion(roomId, area, text);
  const room = roomIn(text);
  const editingSeq = editing?.message.seq ?? null;
  const gone = useGone(roomId, editing?.message ?? null);
  const testId = (name: string): string => (thread === null ? name : `thread-${name}`);

  useEffect(() => {
    // A touch screen would answer the focus with its keyboard over half of the messages.
    if (!isCoarse()) {
      area.current?.focus();
    }
    return compose.attach(() => area.current?.focus());
  }, [compose]);
  useEffect(() => {
    // One goes on at the end, of a message that is changed as of a draft.
    area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
    setError(null);
  }, [editingSeq]);
  useEffect(() => {
    if (gone) {
      compose.endEdit();
    }
  }, [gone, compose]);
  useHeight(area, text);

  const save = async (): Promise<void> => {
    if (!editing) {
      return;
    }
    const changed = text.trimEnd();
    if (changed.trim() === "") {
      remove(editing.message);
      return;
    }
    setError(null);
    if (changed !== editing.message.text) {
      setSaving(true);
      try {
        await chat.edit(roomId, editing.message.seq, changed);
      } catch (failure) {
        setError(textOf(failure));
        return;
      } finally {
        setSaving(false);
      }
    }
    if (compose.state.get().editing?.message === editing.message) {
      compose.endEdit();
    }
  };

  const send = (): void => {
    if (room.excess > 0 || saving) {
      return;
    }
    if (editing) {
      void save();
    } else if (text.trim() !== "") {
      chat.send(roomId, text.trimEnd(), { replyTo: replyTo?.seq ?? null, thread });
      change("");
      compose.endReply();
    }
    area.current?.focus();
  };

  const format = (mark: string): void => {
    const { selectionStart, selectionEnd } = area.current!;
    const { from, to, text: put, selection } = toggleMark(text, selectionStart, selectionEnd, mark);
    typeOver(area.current!, from, to, put, selection);
  };

  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (isComposing(event) || completion.keyDown(event)) {
      return;
    }
    const { key, shiftKey, altKey } = event;
    const command = event.ctrlKey || event.metaKey;
    const plain = !command && !shiftKey && !altKey;
    const mark = command && !shiftKey && !altKey ? marks[key.toLowerCase()] : undefined;
    if (key === "Enter" && !altKey && (command || (plain && !isCoarse()))) {
      send();
    } else if (key === "Escape" && plain && (editing || replyTo)) {
      if (editing) {
        compose.endEdit();
      } else {
        compose.endReply();
      }
    } else if (key === "ArrowUp" && plain && text === "" && !editing) {
      const message = lastOwn(chat.store.get(), roomId, thread);
      if (!message) {
        return;
      }
      compose.edit(message);
    } else if (mark !== undefined) {
      format(mark);
    } else {
      return;
    }
    event.preventDefault();
  };

  const { choices } = completion;
  return (
    <form
      className="composer-place"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {choices.length > 0 && (
        <CompletionList id={completion.id} choices={choices} active={completion.active} onPoint={completion.point} onPick={completion.pick} />
      )}
      <div className="composer">
        {editing && <ComposerBar kind="edit" message={editing.message} onCancel={compose.endEdit} />}
        {!editing && replyTo && <ComposerBar kind="reply" message={replyTo} onCancel={compose.endReply} />}
        <textarea
          ref={area}
          data-testid={testId("composer")}
          aria-label={editing ? "Your message" : `Message to ${title}`}
          aria-describedby={room.left === null ? undefined : `${completion.id}-length`}
          aria-invalid={room.excess > 0}
          placeholder={thread === null ? "Write a message" : "Reply in this thread"}
          dir="auto"
          enterKeyHint={isCoarse() ? "enter" : "send"}
          rows={Math.min(linesAtMost, text.split("\n").length)}
          readOnly={saving}
          value={text}
          onChange={(event) => {
            change(event.target.value);
            completion.follow(event.target, (event.nativeEvent as InputEvent).data ?? null);
            if (event.target.value !== "" && !editing) {
              chat.typing(roomId);
            }
          }}
          onSelect={(event) => completion.follow(event.currentTarget)}
          onBlur={completion.leave}
          onKeyDown={keyDown}
          {...completion.aria}
        />
        <Tools area={area} testId={testId} />
        <button
          className="send"
          data-testid={testId("send")}
          aria-label={editing ? "Save" : "Send"}
          title={editing ? "Save" : "Send"}
          disabled={(text.trim() === "" && !editing) || room.excess > 0 || saving}
          // The keyboard on a screen stays where it is.
          onPointerDown={(event) => event.preventDefault()}
        >
          <Icon name={editing ? "check" : "send"} />
        </button>
      </div>
      {room.left !== null && <LengthNote id={`${completion.id}-length`} left={room.left} excess={room.excess} />}
      <ErrorText text={error} testId={testId("composer-error")} />
      <p className="visually-hidden" role="status">
        {choices.length === 0 ? "" : choices.length === 1 ? "1 suggestion" : `${choices.length} suggestions`}
      </p>
    </form>
  );
}

function Tools({ area, testId }: { readonly area: RefObject<HTMLTextAreaElement | null>; readonly testId: (name: string) => string }) {
  const [opened, setOpened] = useState<"emoji" | "help" | null>(null);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = (): void => setOpened(null);
  const toggle = (what: "emoji" | "help", button: HTMLElement): void => {
    setAnchor(button);
    setOpened((now) => (now === what ? null : what));
  };

  const insert = (character: string): void => {
    setOpened(null);
    const field = area.current!;
    typeOver(field, field.selectionStart, field.selectionEnd, character);
  };

  return (
    <>
      <button
        type="button"
        className="icon-button help"
        data-testid={testId("writing-help-button")}
        aria-label="How to write"
        title="How to write"
        aria-expanded={opened === "help"}
        onClick={(event) => toggle("help", event.currentTarget)}
      >
        <Icon name="text" />
      </button>
      <button
        type="button"
        className="icon-button"
        data-testid={testId("emoji")}
        aria-label="Emoji"
        title="Emoji"
        aria-expanded={opened === "emoji"}
        onClick={(event) => toggle("emoji", event.currentTarget)}
      >
        <Icon name="smile" />
      </button>
      {opened === "emoji" && <EmojiPicker anchor={anchor} label="Emoji" onPick={insert} onClose={close} />}
      {opened === "help" && <WritingHelp anchor={anchor} onClose={close} />}
    </>
  );
}

function LengthNote({ id, left, excess }: { readonly id: string; readonly left: number; readonly excess: number }) {
  if (excess === 0) {
    return (
      <p className="length-note" id={id} data-testid="length-left">
        {left === 1 ? "About 1 character left" : `About ${left} characters left`}
      </p>
    );
  }
  return (
    <p className="length-note over" id={id} role="alert" data-testid="too-long">
      This is too long for one message by {excess === 1 ? "1 character" : `${excess} characters`}. Shorten it, or send it in parts.
    </p>
  );
}

/** Where the browser does not fit a field's height to its text by itself. */
function useHeight(area: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    if (!CSS.supports("field-sizing", "content")) {
      const { style } = area.current!;
      style.height = "auto";
      style.height = `${area.current!.scrollHeight}px`;
    }
  }, [area, text]);
}
