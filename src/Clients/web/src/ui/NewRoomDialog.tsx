import { useCallback, useState, type FormEvent } from "react";
import { textOf } from "../chat/errors";
import type { RoomKind, User } from "../chat/types";
import { useChat, useChatState } from "./context";
import { Avatar, Dialog, ErrorText, Icon } from "./parts";
import { useQuery } from "./useQuery";

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
        <PeoplePicker people={people} onChange={setPeople} optional={!direct} />
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

interface PeoplePickerProps {
  readonly people: readonly User[];
  readonly onChange: (people: readonly User[]) => void;
  readonly optional: boolean;
}

function PeoplePicker({ people, onChange, optional }: PeoplePickerProps) {
  const chat = useChat();
  const me = useChatState((s) => s.me.userId);
  const [query, setQuery] = useState("");
  const ask = useCallback(
    (text: string): Promise<readonly User[]> => (text === "" ? Promise.resolve([]) : chat.findUsers(text)),
    [chat],
  );
  const found = useQuery(query.trim().replace(/^@/, ""), ask);
  const choices = found.items.filter((user) => user.userId !== me && !people.some((p) => p.userId === user.userId));

  const add = (user: User): void => {
    onChange([...people, user]);
    setQuery("");
  };

  return (
    <div className="people">
      <label className="field">
        <span>People {optional && <small>(optional)</small>}</span>
        <input
          data-testid="new-room-member-query"
          placeholder="Search by username"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing && event.keyCode !== 229 && query.trim() !== "") {
              event.preventDefault();
              if (found.done && choices[0]) {
                add(choices[0]);
              }
            }
          }}
        />
      </label>
      {people.length > 0 && (
        <ul className="chips" aria-label="Chosen people">
          {people.map((user) => (
            <li key={user.userId} className="chip">
              <span dir="auto">{user.displayName}</span>
              <button
                type="button"
                aria-label={`Remove ${user.displayName}`}
                onClick={() => onChange(people.filter((p) => p.userId !== user.userId))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <ErrorText text={found.error} />
      {query.trim() !== "" && (
        <ul className="choices">
          {choices.map((user) => (
            <li key={user.userId}>
              <button type="button" className="choice" data-testid="new-room-member-option" data-user-id={user.userId} onClick={() => add(user)}>
                <Avatar id={user.userId} name={user.displayName} />
                <span className="choice-text">
                  <span className="name" dir="auto">
                    {user.displayName}
                  </span>
                  <span className="quiet">@{user.username}</span>
                </span>
              </button>
            </li>
          ))}
          {found.done && choices.length === 0 && found.error === null && <li className="quiet">Nobody by that name.</li>}
        </ul>
      )}
    </div>
  );
}
