import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { messageAt } from "../chat/message";
import type { RoomState } from "../chat/store";
import type { ThreadState } from "../chat/thread";
import type { Message } from "../chat/types";
import { Composer } from "./Composer";
import { useChat, useChatState } from "./context";
import { MessageItem } from "./MessageItem";
import { PanelFrame } from "./PanelFrame";
import { canWrite } from "./rights";
import { rowsOf, type Row } from "./rows";
import { countText, nameOf, previewText, roomTitle } from "./text";

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
    <PanelFrame title="Thread" subtitle={roomTitle(room, users)} testId="thread" closeTestId="hide-thread">
      {thread && <ThreadMessages room={room} thread={thread} />}
      {canWrite(room) ? (
        <Composer
          roomId={roomId}
          thread={root}
          drafts={chat.drafts}
          title="the thread"
          onSend={(text) => chat.send(roomId, text, { thread: root })}
          onType={() => chat.typing(roomId)}
        />
      ) : (
        <p className="closed">{room.log.archived ? "This room is archived." : "You are muted in this room."}</p>
      )}
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
    <div className="panel-body thread-body" ref={scroller} role="log" aria-label="Messages in this thread" aria-busy={state === "loading"} tabIndex={0}>
      <ol>
        {rootMessage && <ThreadRow room={room} row={{ key: "root", message: rootMessage, send: null, day: false, grouped: false }} />}
      </ol>
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
      <ol>
        {rows.map((row) => (
          <ThreadRow key={row.key} room={room} row={row} />
        ))}
      </ol>
    </div>
  );
}

function ThreadRow({ room, row: { message, send, grouped } }: { room: RoomState; row: Row }) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const takeBack = useCallback((roomId: string, clientId: string) => chat.takeBack(roomId, clientId), [chat]);
  return (
    <MessageItem
      roomId={room.roomId}
      message={message}
      send={send}
      grouped={grouped}
      author={nameOf(users, message.by)}
      me={room.log.me}
      reply={replyText(room, message, users)}
      onRetry={chat.retry}
      onTakeBack={takeBack}
      onDiscard={chat.discard}
    />
  );
}

function replyText(room: RoomState, { replyTo }: Message, users: Parameters<typeof nameOf>[0]): string | null {
  if (replyTo === null) {
    return null;
  }
  const message = messageAt(room.log, replyTo) ?? (room.thread ? messageAt(room.thread, replyTo) : undefined);
  return message ? `${nameOf(users, message.by)}: ${previewText(message)}` : "An earlier message";
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
