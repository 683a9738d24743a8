import { useCallback, useState } from "react";
import type { RoomState } from "../chat/store";
import { Composer } from "./Composer";
import { useChat, useChatState } from "./context";
import { MembersPanel } from "./MembersPanel";
import { MessageList } from "./MessageList";
import { Icon, RoomFace } from "./parts";
import { closePanel, goTo, openPanel, type Panel } from "./route";
import { nameOf, peerOf, presenceText, roomTitle } from "./text";

export function RoomView({ room, panel }: { room: RoomState; panel: Panel | null }) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const peer = peerOf(room);
  const presence = useChatState((s) => (peer === null ? undefined : s.presence.get(peer)));
  const showMembers = panel?.kind === "members";
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

  return (
    <>
      <main className="room" aria-label={title}>
        <header className="room-head">
          <button type="button" className="icon-button back" data-testid="back" aria-label="Back to rooms" onClick={() => goTo(null)}>
            <Icon name="back" />
          </button>
          <RoomFace roomId={roomId} kind={room.kind} title={title} peer={peer} presence={presence?.status} />
          <div className="room-title">
            <h1 data-testid="room-title" dir="auto">
              {title}
            </h1>
            {(log.topic || peer) && (
              <p dir="auto" data-testid="room-topic">
                {log.topic ?? presenceText(presence)}
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
            onClick={() => (showMembers ? closePanel() : openPanel(roomId, { kind: "members" }))}
          >
            <Icon name="people" />
          </button>
        </header>
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
      {showMembers && <MembersPanel room={room} onClose={closePanel} />}
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
