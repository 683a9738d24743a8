import { useRef, useState, type FormEvent } from "react";
import { textOf } from "../chat/errors";
import type { RoomState } from "../chat/store";
import { useChat } from "./context";
import { ErrorText, Icon } from "./parts";
import { canRename } from "./rights";

const kindText = {
  public: "Public room. Anyone can find and join it.",
  private: "Private room. Only those who are added see it.",
  direct: "Direct messages, for these people only.",
} as const;

/** What the room is, and the form to change its name and topic. */
export function RoomAbout({ room }: { room: RoomState }) {
  const [editing, setEditing] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const done = (): void => {
    setEditing(false);
    // Once the form has made room for it.
    requestAnimationFrame(() => opener.current?.focus());
  };
  const { log, kind } = room;
  if (editing && canRename(room)) {
    return <RoomForm room={room} onDone={done} />;
  }
  return (
    <section className="about">
      <p className="about-kind">
        <Icon name={kind === "public" ? "hash" : kind === "private" ? "lock" : "person"} />
        <span>{kindText[kind]}</span>
      </p>
      {log.archived && (
        <p className="about-kind" data-testid="archived">
          <Icon name="archive" />
          <span>Archived. It can be read, not written.</span>
        </p>
      )}
      {log.topic && (
        <p className="about-topic" dir="auto">
          {log.topic}
        </p>
      )}
      {canRename(room) && (
        <button ref={opener} type="button" className="row-button" data-testid="edit-room" onClick={() => setEditing(true)}>
          <Icon name="edit" />
          Change name and topic
        </button>
      )}
    </section>
  );
}

function RoomForm({ room, onDone }: { room: RoomState; onDone: () => void }) {
  const chat = useChat();
  const { roomId, log } = room;
  const [name, setName] = useState(log.name ?? "");
  const [topic, setTopic] = useState(log.topic ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const change = {
      ...(name.trim() === log.name ? {} : { name: name.trim() }),
      ...(topic.trim() === (log.topic ?? "") ? {} : { topic: topic.trim() }),
    };
    try {
      if (Object.keys(change).length > 0) {
        await chat.updateRoom(roomId, change);
      }
      onDone();
    } catch (failure) {
      setError(textOf(failure));
      setBusy(false);
    }
  };

  return (
    <form
      className="about form"
      aria-label="Name and topic"
      data-testid="room-form"
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.nativeEvent.isComposing) {
          event.preventDefault();
          onDone();
        }
      }}
    >
      <label className="field">
        <span>Name</span>
        <input data-testid="room-form-name" value={name} onChange={(event) => setName(event.target.value)} required autoFocus dir="auto" />
      </label>
      <label className="field">
        <span>
          Topic <small>(optional)</small>
        </span>
        <input data-testid="room-form-topic" value={topic} onChange={(event) => setTopic(event.target.value)} dir="auto" />
      </label>
      <ErrorText text={error} testId="room-form-error" />
      <div className="form-foot">
        <button type="button" className="button" data-testid="room-form-cancel" onClick={onDone}>
          Cancel
        </button>
        <button className="button primary" data-testid="room-form-save" disabled={busy || name.trim() === ""}>
          Save
        </button>
      </div>
    </form>
  );
}
