import { useState, type FormEvent } from "react";
import { textOf } from "../chat/errors";
import type { RoomKind, User } from "../chat/types";
import { useChat } from "./context";
import { Dialog, ErrorText } from "./parts";
import { PeoplePicker } from "./PeoplePicker";

interface NewRoomDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (roomId: string) => void;
}

const kinds: readonly { readonly kind: RoomKind; readonly label: string; readonly about: string }[] = [
  { kind: "public", label: "Public", about: "Anyone can find and join it." },
  { kind: "private", label: "Private", about: "Only those who are added see it." },
  { kind: "direct", label: "Direct", about: "A conversation with one or a few people." },
];

export function NewRoomDialog({ onClose, onCreated }: NewRoomDialogProps) {
  const chat = useChat();
  const [kind, setKind] = useState<RoomKind>("public");
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [people, setPeople] = useState<readonly User[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const direct = kind === "direct";
  const ready = direct ? people.length > 0 : name.trim() !== "";

  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!ready || busy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      const memberIds = people.map((user) => user.userId);
      const named = { name: name.trim(), ...(topic.trim() === "" ? {} : { topic: topic.trim() }) };
      onCreated(await chat.createRoom({ kind, memberIds, ...(direct ? {} : named) }));
    } catch (failure) {
      setError(textOf(failure));
      setBusy(false);
    }
  };

  return (
    <Dialog title="New room" testId="new-room-dialog" onClose={onClose}>
      <form className="form" onSubmit={(event) => void create(event)}>
        <fieldset className="kinds">
          <legend className="visually-hidden">Kind of room</legend>
          {kinds.map((k) => (
            <label key={k.kind} className="kind">
              <input
                type="radio"
                name="kind"
                value={k.kind}
                data-testid={`new-room-kind-${k.kind}`}
                checked={kind === k.kind}
                onChange={() => setKind(k.kind)}
              />
              <span>{k.label}</span>
            </label>
          ))}
        </fieldset>
        <p className="quiet">{kinds.find((k) => k.kind === kind)?.about}</p>
        {!direct && (
          <>
            <label className="field">
              <span>Name</span>
              <input data-testid="new-room-name" value={name} onChange={(event) => setName(event.target.value)} required dir="auto" />
            </label>
            <label className="field">
              <span>
                Topic <small>(optional)</small>
              </span>
              <input data-testid="new-room-topic" value={topic} onChange={(event) => setTopic(event.target.value)} dir="auto" />
            </label>
          </>
        )}
        <PeoplePicker people={people} onChange={setPeople} label="People" optional={!direct} testId="new-room-member" />
        <ErrorText text={error} testId="new-room-error" />
        <div className="form-foot">
          <button type="button" className="button" data-testid="new-room-cancel" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary" data-testid="new-room-create" disabled={!ready || busy}>
            {direct ? "Start" : "Create"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
