import { Fragment, memo, useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import type { RoomLog } from "../chat/log";
import type { Loading, RoomState, Send } from "../chat/store";
import type { ThreadState } from "../chat/thread";
import type { Message, User } from "../chat/types";
import { useChat, useChatState } from "./context";
import { MessageItem } from "./MessageItem";
import { MessageRows } from "./messages/MessageRows";
import { usePage } from "./page";
import { Icon } from "./parts";
import { useReaders, type Readers } from "./readers";
import { aboutOf, daysOf } from "./rows";
import { badgeText, dayText, nameOf, previewText } from "./text";
import { useNewSince } from "./useNewSince";
import { usePlace } from "./usePlace";
import { BeforeChange, useScroll } from "./useScroll";
import { useSteps } from "./useSteps";

const none: readonly never[] = [];

/** The messages of a room: a window on them that moves as one scrolls, as one jumps, or as they arrive. */
export function MessageList({ room: latest }: { room: RoomState }) {
  const room = useSteps(latest);
  const chat = useChat();
  const page = usePage();
  const users = useChatState((s) => s.users);
  const { roomId, log, history } = room;
  const toEnd = log.to === null;
  const older = (): void => void chat.loadOlder(roomId);
  const newer = (): void => void chat.loadNewer(roomId);
  const scroll = useScroll({
    toEnd,
    // After a failure the next try is the user's, or else this would ask without a pause.
    onNearTop: () => history.older === "idle" && older(),
    onNearBottom: () => history.newer === "idle" && newer(),
    onLook: chat.view,
  });
  const { scroller, content, atEnd, remember, onScroll } = scroll;
  const newSince = useNewSince(log, atEnd);
  const { goTo } = usePlace(room, scroll);
  const { thread } = room;
  // Those of the thread that is open beside the room show there.
  const sends = useMemo(() => room.sends.filter((send) => send.thread === null || send.thread !== thread?.root), [room.sends, thread?.root]);
  const firstNew = newSince === null || log.from > newSince ? null : (log.messages.find((m) => m.seq > newSince && m.by !== log.me)?.seq ?? null);
  const shared = { me: log.me, users, thread, readers: useReaders(room, users) };

  const keyDown = (event: KeyboardEvent): void => {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if ((key === "Home" || key === "End") && !(altKey || ctrlKey || metaKey || shiftKey)) {
      event.preventDefault();
      goTo(key === "Home" ? "first" : "latest").catch(page.fail);
    }
  };

  return (
    <div className="messages">
      <div
        className="scroller"
        ref={scroller}
        onScroll={onScroll}
        onKeyDown={keyDown}
        data-testid="message-list"
        role="log"
        aria-label="Messages"
        aria-live="off"
        aria-busy={room.moving || history.older === "loading" || history.newer === "loading"}
      >
        <div className="content" ref={content}>
          <Edge state={history.older} name="Older" onRetry={older}>
            {log.from > 0 ? "" : log.messages.length + sends.length === 0 ? "No messages yet. Say hello." : "This is where the room begins."}
          </Edge>
          <MessageRows>
            <BeforeChange call={remember}>
              <Days {...shared} messages={log.messages} sends={toEnd ? sends : none} fromStart={log.from === 0} firstNew={firstNew} />
            </BeforeChange>
            {!toEnd && <Edge state={history.newer} name="Newer" onRetry={newer} />}
            {!toEnd && <Days {...shared} messages={none} sends={sends} fromStart firstNew={null} />}
          </MessageRows>
        </div>
      </div>
      {room.moving && (
        <p className="moving" role="status" data-testid="moving">
          Loading…
        </p>
      )}
      {!atEnd && (
        <button type="button" className="to-bottom" data-testid="to-bottom" onClick={() => void goTo("latest").catch(page.fail)}>
          <span>{log.unread > 0 ? `${badgeText(log.unread)} new` : "Jump to latest"}</span>
          <Icon name="down" />
        </button>
      )}
      <Announcer log={log} users={users} />
    </div>
  );
}

/** What is to be said at an end of the window. */
function Edge({ state, name, onRetry, children }: { state: Loading; name: string; onRetry: () => void; children?: ReactNode }) {
  return (
    <p className="edge">
      {state === "failed" ? (
        <>
          {name} messages could not be loaded.{" "}
          <button type="button" className="link" data-testid="history-retry" data-end={name.toLowerCase()} onClick={onRetry}>
            Try again
          </button>
        </>
      ) : state === "loading" ? (
        "Loading…"
      ) : (
        children
      )}
    </p>
  );
}

interface DaysProps {
  readonly me: string;
  readonly users: ReadonlyMap<string, User>;
  readonly messages: readonly Message[];
  readonly sends: readonly Send[];
  readonly thread: ThreadState | null;
  readonly readers: Readers;
  /** True when nothing came before these messages. */
  readonly fromStart: boolean;
  /** The message that the line above new ones stands before. */
  readonly firstNew: number | null;
}

const Days = memo(function Days({ me, users, messages, sends, thread, readers, fromStart, firstNew }: DaysProps) {
  const days = useMemo(() => daysOf(messages, sends, me, fromStart), [messages, sends, me, fromStart]);
  const around = { log: { messages }, thread };
  return days.map((day) => (
    <div className="day-group" key={day.key}>
      <h2 className="day" data-testid="day">
        <span>{dayText(day.at)}</span>
      </h2>
      <div className="day-rows">
        {day.rows.map(({ key, message, send, grouped }) => (
          <Fragment key={key}>
            {message.seq === firstNew && (
              <div className="new-since" role="separator" data-testid="new-since">
                <span>New</span>
              </div>
            )}
            <MessageItem
              message={message}
              send={send}
              grouped={grouped && message.seq !== firstNew}
              author={nameOf(users, message.by)}
              about={aboutOf(around, message)}
              readers={send ? undefined : readers.get(message.seq)}
            />
          </Fragment>
        ))}
      </div>
    </div>
  ));
});

/** Tells a screen reader of messages that arrive, and not of the history that is loaded. */
function Announcer({ log: { last, me, cursor }, users }: { log: RoomLog; users: ReadonlyMap<string, User> }) {
  const [heardTo] = useState(cursor);
  const text = last && last.seq > heardTo && last.by !== me ? `${nameOf(users, last.by)}: ${previewText(last)}` : "";
  return (
    <p className="visually-hidden" aria-live="polite" data-testid="announcer">
      {text}
    </p>
  );
}
