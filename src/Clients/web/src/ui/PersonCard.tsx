import { useEffect, useState } from "react";
import { ChatError, textOf } from "../chat/errors";
import type { RoomState } from "../chat/store";
import { useChat, useChatState } from "./context";
import { MemberActions } from "./MemberActions";
import { usePage } from "./page";
import { Avatar, Dialog, ErrorText, Icon } from "./parts";
import { nameOf, presenceText } from "./text";

interface PersonCardProps {
  readonly userId: string;
  /** The room in which they were pointed at. */
  readonly room: RoomState | undefined;
  readonly onClose: () => void;
  readonly onOpen: (roomId: string) => void;
  readonly onEditProfile: () => void;
}

/** Who somebody is, and the way to talk to them. */
export function PersonCard({ userId, room, onClose, onOpen, onEditProfile }: PersonCardProps) {
  const chat = useChat();
  const page = usePage();
  const me = useChatState((s) => s.me.userId);
  const users = useChatState((s) => s.users);
  const presence = useChatState((s) => s.presence.get(userId));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const user = users.get(userId);
  const name = nameOf(users, userId);

  useEffect(() => {
    // What is known already stays on the card when this fails; only for somebody unknown there is something to say.
    chat.look(userId).catch((failure: unknown) => {
      if (failure instanceof ChatError && failure.status === 404) {
        setError("There is no such person.");
      }
    });
  }, [chat, userId]);

  const write = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      onOpen(await chat.createRoom({ kind: "direct", memberIds: userId === me ? [] : [userId] }));
    } catch (failure) {
      setError(textOf(failure));
      setBusy(false);
    }
  };

  return (
    <Dialog title={name} testId="person-card" onClose={onClose} focus="title" className="person-card">
      <div className="person">
        <Avatar id={userId} name={name} presence={presence?.status} />
        <p className="quiet">
          {user?.username && <span data-testid="person-username">@{user.username}</span>}
          {userId !== me && <span data-testid="person-presence">{presenceText(presence)}</span>}
        </p>
        {user?.status && (
          <p className="person-status" dir="auto" data-testid="person-status">
            {user.status}
          </p>
        )}
      </div>
      <ErrorText text={error} />
      <button type="button" className="button primary wide" data-testid="person-message" disabled={busy} onClick={() => void write()}>
        <Icon name="message" />
        {userId === me ? "Notes to yourself" : "Message"}
      </button>
      {userId === me && (
        <button type="button" className="button wide" data-testid="person-edit-profile" onClick={onEditProfile}>
          <Icon name="edit" />
          Edit profile
        </button>
      )}
      {room && room.kind !== "direct" && (
        <MemberActions
          room={room}
          userId={userId}
          name={name}
          onDone={(what) => {
            page.say(what);
            onClose();
          }}
        />
      )}
    </Dialog>
  );
}
