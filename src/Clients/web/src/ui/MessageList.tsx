import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { RoomLog } from "../chat/log";
import type { RoomState } from "../chat/store";
import { useChat, useChatState } from "./context";
import { MessageItem } from "./MessageItem";
import { MessageRows } from "./messages/MessageRows";
import { Icon } from "./parts";
import { aboutOf, rowsOf } from "./rows";
import { badgeText, dayText, nameOf, previewText } from "./text";
import { useScroll } from "./useScroll";

export function MessageList({ room }: { room: RoomState }) {
  const chat = useChat();
  const me = useChatState((s) => s.me.userId);
  const users = useChatState((s) => s.users);
  const { roomId, log, sends } = room;
  const { messages } = log;
  const older = (): void => void chat.loadOlder(roomId);
  // After a failure the next try is the user's, or else this would ask without a pause.
  const scroll = useScroll({
    toEnd: log.to === null,
    onNearTop: () => room.history.older === "idle" && older(),
    onNearBottom: () => room.history.newer === "idle" && void chat.loadNewer(roomId),
    onLook: chat.view,
  });
  const newSince = useNewSince(room);
  const { settle, toBottom, atBottom } = scroll;

  useLayoutEffect(settle, [settle, messages, sends, room.history, newSince]);

  const sent = sends.length;
  const before = useRef(sent);
  useLayoutEffect(() => {
    if (sent > before.current) {
      toBottom();
    }
    before.current = sent;
  }, [sent, toBottom]);

  const visible = useVisible();
  const last = messages.at(-1)?.seq ?? 0;
  useEffect(() => {
    if (visible && atBottom && last > 0) {
      chat.markRead(roomId, last);
    }
  }, [chat, roomId, visible, atBottom, last]);

  const rows = useMemo(() => rowsOf(messages, sends, me), [messages, sends, me]);
  const firstNew = newSince === null ? undefined : messages.find((m) => m.seq > newSince && m.by !== me)?.seq;

  return (
    <div className="messages">
      <div
        className="scroller"
        ref={scroll.scroller}
        onScroll={scroll.onScroll}
        data-testid="message-list"
        role="log"
        aria-label="Messages"
        aria-live="off"
        aria-busy={room.history.older === "loading"}
      >
        <div className="content" ref={scroll.content}>
          <HistoryEdge room={room} onRetry={older} />
          <MessageRows>
            {rows.map(({ key, message, send, day, grouped }) => (
              <Fragment key={key}>
                {day && (
                  <div className="day" role="separator">
                    <span>{dayText(message.at)}</span>
                  </div>
                )}
                {firstNew !== undefined && message.seq === firstNew && (
                  <div className="new-since" role="separator" data-testid="new-since">
                    <span>New</span>
                  </div>
                )}
                <MessageItem
                  message={message}
                  send={send}
                  grouped={grouped && message.seq !== firstNew}
                  author={nameOf(users, message.by)}
                  about={aboutOf(room, message)}
                />
              </Fragment>
            ))}
          </MessageRows>
        </div>
      </div>
      {!atBottom && (
        <button type="button" className="to-bottom" data-testid="to-bottom" onClick={toBottom}>
          <Icon name="down" />
          {log.unread > 0 ? `${badgeText(log.unread)} new` : "Latest"}
        </button>
      )}
      <Announcer log={log} users={users} />
    </div>
  );
}

function HistoryEdge({ room, onRetry }: { room: RoomState; onRetry: () => void }) {
  const { log, history } = room;
  if (log.from === 0) {
    return <p className="edge">{log.messages.length + room.sends.length === 0 ? "No messages yet. Say hello." : "This is where the room begins."}</p>;
  }
  if (history.older === "failed") {
    return (
      <p className="edge">
        Older messages could not be loaded.{" "}
        <button type="button" className="link" onClick={onRetry}>
          Try again
        </button>
      </p>
    );
  }
  return <p className="edge">{history.older === "loading" ? "Loading…" : ""}</p>;
}

/** The read mark at the time when the user came to look: what is above it is new to them. */
function useNewSince(room: RoomState): number | null {
  const { unread, readSeq } = room.log;
  const [since, setSince] = useState(unread > 0 ? readSeq : null);
  const latest = useRef({ unread, readSeq });
  useEffect(() => {
    latest.current = { unread, readSeq };
  });
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === "visible" && latest.current.unread > 0) {
        setSince(latest.current.readSeq);
      }
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return since;
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = (): void => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return visible;
}

/** Tells a screen reader of messages that arrive, and not of the history that is loaded. */
function Announcer({ log, users }: { log: RoomLog; users: Parameters<typeof nameOf>[0] }) {
  const last = log.messages.at(-1);
  const [heardTo] = useState(log.cursor);
  const text = last && last.seq > heardTo && last.by !== log.me ? `${nameOf(users, last.by)}: ${previewText(last)}` : "";
  return (
    <p className="visually-hidden" aria-live="polite" data-testid="announcer">
      {text}
    </p>
  );
}
