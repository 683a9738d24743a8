import { useCallback, useEffect, useState } from "react";
import type { RoomState } from "../chat/store";
import { Composer } from "./Composer";
import { useChat, useChatState } from "./context";
import { MembersPanel } from "./MembersPanel";
import { MessageList } from "./MessageList";
import { Icon, RoomFace } from "./parts";
import { connectionText } from "./RoomList";
import { goTo } from "./route";
import { nameOf, peerOf, roomTitle } from "./text";

export function RoomView({ room }: { room: RoomState }) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const connection = useChatState((s) => s.connection);
  const peer = peerOf(room);
  const presence = useChatState((s) => (peer === null ? undefined : s.presence.get(peer)?.status));
  const [showMembers, setShowMembers] = useState(false);
  const [takenBack, setTakenBack] = useState(0);
  const title = roomTitle(room, users);
  const { roomId, log } = room;

  const takeBack = useCallback(
    (ofRoom: string, clientId: string): void => {
      chat.takeBack(ofRoom, clientId);
      setTakenBack((count) => count + 1);
    },
    [chat],
  );

  useEffect(() => {
    if (showMembers) {
      const escape = (event: KeyboardEvent): void => {
        if (event.key === "Escape") {
          setShowMembers(false);
        }
      };
      window.addEventListener("keydown", escape);
      return () => window.removeEventListener("keydown", escape);
    }
    return undefined;
  }, [showMembers]);

  return (
    <>
      <main className="room" aria-label={title}>
        <header className="room-head">
          <button type="button" className="icon-button back" data-testid="back" aria-label="Back to rooms" onClick={() => goTo(null)}>
            <Icon name="back" />
          </button>
          <RoomFace roomId={roomId} kind={room.kind} title={title} peer={peer} presence={presence} />
          <div className="room-title">
            <h1 data-testid="room-title" dir="auto">
              {title}
            </h1>
            {(log.topic || peer) && (
              <p dir="auto" data-testid="room-topic">
                {log.topic ?? (presence === "online" ? "Online" : presence === "away" ? "Away" : "Offline")}
              </p>
            )}
          </div>
          <button
            type="button"
            className="icon-button"
            data-testid="show-members"
            aria-label="Members"
            title="Members"
            aria-expanded={showMembers}
            onClick={() => setShowMembers(!showMembers)}
          >
            <Icon name="people" />
          </button>
        </header>
        {connection !== "online" && (
          <p className="connection-banner" aria-hidden="true">
            {connectionText[connection]}
          </p>
        )}
        <MessageList room={room} onTakeBack={takeBack} />
        <Typing names={[...room.typing.keys()].map((userId) => nameOf(users, userId))} />
        {log.archived ? (
          <p className="closed">This room is archived: it can be read, not written.</p>
        ) : (
          <Composer
            // A message that was taken back changed the draft, which is read at the start.
            key={takenBack}
            roomId={roomId}
            drafts={chat.drafts}
            title={title}
            onSend={(text) => chat.send(roomId, text)}
            onType={() => chat.typing(roomId)}
          />
        )}
      </main>
      {showMembers && <MembersPanel room={room} onClose={() => setShowMembers(false)} />}
    </>
  );
}

function Typing({ names }: { names: readonly string[] }) {
  const text =
    names.length === 0
      ? ""
      : names.length === 1
        ? `${names[0]} is typing…`
        : names.length === 2
          ? `${names[0]} and ${names[1]} are typing…`
          : "Several people are typing…";
  return (
    <p className="typing" data-testid="typing" dir="auto">
      {text}
    </p>
  );
}
