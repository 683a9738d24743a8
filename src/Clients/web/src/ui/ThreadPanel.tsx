import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import type { RoomState } from "../chat/store";
import type { ThreadState } from "../chat/thread";
import { Composer } from "./Composer";
import { useChat, useChatState } from "./context";
import { MessageItem } from "./MessageItem";
import { MessageRows } from "./messages/MessageRows";
import { MessageSurface } from "./messages/MessageSurface";
import { PanelFrame } from "./PanelFrame";
import { canWrite } from "./rights";
import { aboutOf, rowsOf, type Row } from "./rows";
import { countText, nameOf, roomTitle } from "./text";

/** Within this many pixels of the end the thread follows what arrives. */
const near = 60;

/** A message and what was answered to it, with a composer of its own. */
export function ThreadPanel({ room, root }: { room: RoomState; root: number }) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const { roomId } = room;
  const thread = room.thread?.root === root ? room.thread : null;

  useEffect(() => {
    void chat.openThread(roomId, root);
    return () => chat.closeThread(roomId);
  }, [chat, roomId, root]);

  return (
    <PanelFrame
      title="Thread"
      subtitle={roomTitle(room, users)}
      testId="thread"
      closeTestId="hide-thread"
      backTo={`.room .message[data-seq="${root}"]`}
    >
      <MessageSurface room={room} thread={root}>
        {thread && <ThreadMessages room={room} thread={thread} />}
        {canWrite(room) ? (
          <Composer title="the thread" />
        ) : (
          <p className="closed">{room.log.archived ? "This room is archived." : "You are muted in this room."}</p>
        )}
      </MessageSurface>
    </PanelFrame>
  );
}

function ThreadMessages({ room, thread }: { room: RoomState; thread: ThreadState }) {
  const chat = useChat();
  const me = useChatState((s) => s.me.userId);
  const { roomId, sends } = room;
  const { root, rootMessage, messages, from, state } = thread;
  const own = useMemo(() => sends.filter((send) => send.thread === root), [sends, root]);
  const rows = useMemo(() => rowsOf(messages, own, me), [messages, own, me]);
  const scroller = useFollow(rows, own.length);
  const more = (): void => void chat.loadMoreOfThread(roomId);

  return (
    <div className="panel-body thread-body" ref={scroller} role="log" aria-label="Messages in this thread" aria-busy={state === "loading"}>
      <MessageRows>
        {rootMessage && <ThreadRow room={room} row={{ key: "root", message: rootMessage, send: null, grouped: false }} />}
        <p className="thread-edge" data-testid="thread-edge">
          <span>
            {state === "loading" ? (
              "Loading…"
            ) : state === "failed" ? (
              <>
                This could not be loaded.{" "}
                <button type="button" className="link" onClick={more}>
                  Try again
                </button>
              </>
            ) : from > 0 ? (
              <button type="button" className="link" data-testid="thread-more" onClick={more}>
                Show earlier replies
              </button>
            ) : (
              countText(messages.length, "reply", "replies")
            )}
          </span>
        </p>
        {rows.map((row) => (
          <ThreadRow key={row.key} room={room} row={row} />
        ))}
      </MessageRows>
    </div>
  );
}

function ThreadRow({ room, row: { message, send, grouped } }: { room: RoomState; row: Row }) {
  const users = useChatState((s) => s.users);
  return <MessageItem message={message} send={send} grouped={grouped} author={nameOf(users, message.by)} about={aboutOf(room, message, true)} />;
}

/** Stays at the end while the reader is there, goes there for what they send, and keeps their place when earlier messages come in. */
function useFollow(rows: readonly Row[], sent: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef({ sent, first: "", height: 0, end: true });

  useEffect(() => {
    const element = scroller.current!;
    const scrolled = (): void => {
      before.current.end = element.scrollHeight - element.scrollTop - element.clientHeight < near;
    };
    const resized = new ResizeObserver(() => {
      if (before.current.end) {
        element.scrollTop = element.scrollHeight;
      }
    });
    element.addEventListener("scroll", scrolled, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current!;
    const held = before.current;
    const first = rows[0]?.key ?? "";
    if (held.end || sent > held.sent) {
      element.scrollTop = element.scrollHeight;
    } else if (held.first !== "" && first !== held.first) {
      element.scrollTop += element.scrollHeight - held.height;
    }
    before.current = { ...held, sent, first, height: element.scrollHeight };
  }, [rows, sent]);

  return scroller;
}
