import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from "react";
import { CompletionList } from "./composer/CompletionList";
import { ComposerBar } from "./composer/ComposerBar";
import { ComposerTools } from "./composer/ComposerTools";
import { toggleMark } from "./composer/format";
import { isComposing, typeOver } from "./composer/typing";
import { useCompletion } from "./composer/useCompletion";
import { lastOwn } from "./composer/useDraft";
import { useWriting } from "./composer/useWriting";
import { useChat } from "./context";
import { useSurface } from "./messages/surface";
import { ErrorText, Icon } from "./parts";

const linesAtMost = 8;
const marks: Readonly<Record<string, string>> = { b: "**", i: "*" };
/** There a new line is what Enter of the keyboard on the screen is for, and a button sends. */
const isCoarse = (): boolean => window.matchMedia("(pointer: coarse)").matches;

/** Where messages to a room or a thread are written, and one's own are changed. What it is about comes from the surface around it. */
export function Composer({ title }: { readonly title: string }) {
  const chat = useChat();
  const { roomId, thread, compose } = useSurface();
  const area = useRef<HTMLTextAreaElement>(null);
  const writing = useWriting();
  const { text, change, replyTo, editing, room, saving } = writing;
  const completion = useCompletion(roomId, area, text);
  const { choices } = completion;
  const keyDown = useKeys(area, writing, completion);
  const testId = (name: string): string => (thread === null ? name : `thread-${name}`);
  const lengthId = `${completion.id}-length`;

  useFocus(area, editing?.message.seq ?? null);
  useHeight(area, text);

  return (
    <form
      className="composer-place"
      onSubmit={(event) => {
        event.preventDefault();
        writing.submit();
        area.current?.focus();
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
          aria-describedby={room.left === null ? undefined : lengthId}
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
        <ComposerTools area={area} testId={testId} />
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
      {room.left !== null && <LengthNote id={lengthId} left={room.left} excess={room.excess} />}
      <ErrorText text={writing.error} testId={testId("composer-error")} />
      <p className="visually-hidden" role="status">
        {choices.length === 0 ? "" : choices.length === 1 ? "1 suggestion" : `${choices.length} suggestions`}
      </p>
    </form>
  );
}

function useKeys(area: RefObject<HTMLTextAreaElement | null>, writing: ReturnType<typeof useWriting>, completion: ReturnType<typeof useCompletion>) {
  const chat = useChat();
  const { roomId, thread, compose } = useSurface();
  const { text, editing } = writing;

  const format = (mark: string): void => {
    const { selectionStart, selectionEnd } = area.current!;
    const { from, to, text: put, selection } = toggleMark(text, selectionStart, selectionEnd, mark);
    typeOver(area.current!, from, to, put, selection);
  };

  const editLast = (): boolean => {
    const message = text === "" && !editing ? lastOwn(chat.store.get(), roomId, thread) : undefined;
    if (message) {
      compose.edit(message);
    }
    return message !== undefined;
  };

  return (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (isComposing(event) || completion.keyDown(event)) {
      return;
    }
    const { key, shiftKey, altKey } = event;
    const command = event.ctrlKey || event.metaKey;
    const plain = !command && !shiftKey && !altKey;
    const mark = command && !shiftKey && !altKey ? marks[key.toLowerCase()] : undefined;
    if (key === "Enter" && !altKey && (command || (plain && !isCoarse()))) {
      writing.submit();
    } else if (mark !== undefined) {
      format(mark);
    } else if (!plain || (key === "Escape" ? !writing.cancel() : key === "ArrowUp" ? !editLast() : true)) {
      return;
    }
    event.preventDefault();
  };
}

function useFocus(area: RefObject<HTMLTextAreaElement | null>, editing: number | null): void {
  const { compose } = useSurface();
  useEffect(() => {
    // A touch screen would answer the focus with its keyboard over half of the messages.
    if (!isCoarse()) {
      area.current?.focus();
    }
    return compose.attach(() => area.current?.focus());
  }, [area, compose]);
  useEffect(() => {
    // One goes on at the end, of a message that is changed as of a draft.
    area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
  }, [area, editing]);
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
