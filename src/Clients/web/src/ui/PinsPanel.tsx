import { useEffect, useState } from "react";
import { textOf } from "../chat/errors";
import type { RoomState } from "../chat/store";
import type { Message } from "../chat/types";
import { useChat, useChatState } from "./context";
import { RichText } from "./markdown/RichText";
import { MessageSurface } from "./messages/MessageSurface";
import { TabContext } from "./messages/surface";
import { usePage } from "./page";
import { PanelFrame } from "./PanelFrame";
import { Avatar, ErrorText, Icon } from "./parts";
import { canPin } from "./rights";
import { closePanel } from "./route";
import { clockText, dayText, fullText, nameOf, roomTitle } from "./text";
import { narrow } from "./useMedia";

/** The messages that are pinned in a room, the last pinned first. */
export function PinsPanel({ room }: { room: RoomState }) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const [error, setError] = useState<string | null>(null);
  const { roomId, pins } = room;

  const load = (): void => {
    setError(null);
    chat.loadPins(roomId).catch((failure: unknown) => setError(textOf(failure)));
  };
  useEffect(() => {
    chat.loadPins(roomId).catch((failure: unknown) => setError(textOf(failure)));
  }, [chat, roomId]);

  return (
    <PanelFrame title="Pinned messages" subtitle={roomTitle(room, users)} testId="pins" closeTestId="hide-pins">
      <div className="panel-body">
        {pins === null && error === null && <p className="panel-note">Loading…</p>}
        {pins?.length === 0 && (
          <p className="panel-note">
            <Icon name="pin" />
            Nothing is pinned. What everybody should find again can be pinned from a message's menu.
          </p>
        )}
        <MessageSurface room={room}>
          <TabContext value={0}>
            <ul className="pins-list">
              {pins?.map((message) => (
                <Pin key={message.seq} room={room} message={message} />
              ))}
            </ul>
          </TabContext>
        </MessageSurface>
        <ErrorText text={error} />
        {error !== null && (
          <button type="button" className="button note" onClick={load}>
            Try again
          </button>
        )}
      </div>
    </PanelFrame>
  );
}

function Pin({ room, message }: { room: RoomState; message: Message }) {
  const chat = useChat();
  const page = usePage();
  const users = useChatState((s) => s.users);
  const { roomId } = room;
  const { seq, by, at } = message;
  const author = nameOf(users, by);

  const jump = (): void => {
    chat.jump(roomId, seq).catch(page.fail);
    if (window.matchMedia(narrow).matches) {
      closePanel();
    }
  };

  return (
    <li className="pinned" data-testid="pinned" data-seq={seq}>
      <p className="pinned-head">
        <Avatar id={by} name={author} />
        <span className="name" dir="auto">
          {author}
        </span>
        <time dateTime={at} title={fullText(at)}>
          {dayText(at)}, {clockText(at)}
        </time>
      </p>
      <div className="pinned-text">
        <RichText message={message} after={null} />
      </div>
      <p className="pinned-foot">
        <button type="button" className="button small" data-testid="pin-jump" onClick={jump}>
          <Icon name="jump" />
          Show in room
        </button>
        {canPin(room) && (
          <button type="button" className="button small" data-testid="unpin" onClick={() => void chat.pin(roomId, seq, false).catch(page.fail)}>
            <Icon name="close" />
            Unpin
          </button>
        )}
      </p>
    </li>
  );
}
