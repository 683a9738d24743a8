import { useState, type FormEvent } from "react";
import { textOf } from "../chat/errors";
import type { RoomState } from "../chat/store";
import type { User } from "../chat/types";
import { useChat } from "./context";
import { usePage } from "./page";
import { Dialog, ErrorText } from "./parts";
import { PeoplePicker } from "./PeoplePicker";

export function AddPeopleDialog({ room, onClose }: { room: RoomState; onClose: () => void }) {
  const chat = useChat();
  const page = usePage();
  const [people, setPeople] = useState<readonly User[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { roomId, log } = room;

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await chat.addMembers(roomId, people.map((user) => user.userId));
      page.say(people.length === 1 ? `${people[0]!.displayName} was added.` : `${people.length} people were added.`);
      onClose();
    } catch (failure) {
      setError(textOf(failure));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Add people" testId="add-people-dialog" onClose={onClose}>
      <form className="form" onSubmit={(event) => void add(event)}>
        <PeoplePicker people={people} onChange={setPeople} label="People" testId="add-people" without={(userId) => log.members?.has(userId) ?? false} />
        <p className="quiet">They will see everything that was written in this room.</p>
        <ErrorText text={error} testId="add-people-error" />
        <div className="form-foot">
          <button type="button" className="button" data-testid="add-people-cancel" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary" data-testid="add-people-add" disabled={busy || people.length === 0}>
            Add
          </button>
        </div>
      </form>
    </Dialog>
  );
}
