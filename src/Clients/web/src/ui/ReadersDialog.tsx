import { useEffect } from "react";
import { messageAt } from "../chat/message";
import type { RoomState } from "../chat/store";
import { useChat, useChatState } from "./context";
import { usePage } from "./page";
import { Avatar, Dialog } from "./parts";
import { nameOf, previewText } from "./text";

interface ReadersDialogProps {
  readonly room: RoomState;
  readonly seq: number;
  readonly onClose: () => void;
}

/** Who has read a message and who has not, in rooms that show it. */
export function ReadersDialog({ room, seq, onClose }: ReadersDialogProps) {
  const chat = useChat();
  const { roomId, reads, log } = room;
  const message = messageAt(log, seq) ?? (room.thread ? messageAt(room.thread, seq) : undefined);
  const missing = log.members === null;

  useEffect(() => {
    if (missing) {
      chat.loadMembers(roomId).catch(() => undefined);
    }
  }, [chat, roomId, missing]);

  // Neither the author nor the one who looks is news.
  const others = [...(log.members?.keys() ?? reads.keys())].filter((userId) => userId !== log.me && userId !== message?.by);
  const seen = others.filter((userId) => (reads.get(userId) ?? 0) >= seq);
  const unseen = others.filter((userId) => (reads.get(userId) ?? 0) < seq);
  // Every member has a mark, so where there are none the room is too large to show them.
  const hidden = !missing && others.length > 0 && reads.size === 0;

  return (
    <Dialog title="Seen by" testId="readers-dialog" onClose={onClose} focus="title">
      {message && (
        <blockquote className="quoted" dir="auto">
          {previewText(message)}
        </blockquote>
      )}
      <People userIds={seen} roomId={roomId} testId="reader" />
      {seen.length === 0 && (
        <p className="quiet">{missing ? "Loading…" : hidden ? "So many are in this room that it does not show who has read." : "Nobody else yet."}</p>
      )}
      {unseen.length > 0 && !hidden && (
        <section className="section">
          <h3>Not yet</h3>
          <People userIds={unseen} roomId={roomId} testId="non-reader" />
        </section>
      )}
    </Dialog>
  );
}

function People({ userIds, roomId, testId }: { readonly userIds: readonly string[]; readonly roomId: string; readonly testId: string }) {
  const page = usePage();
  const users = useChatState((s) => s.users);
  const presence = useChatState((s) => s.presence);
  return (
    <ul className="choices">
      {userIds.map((userId) => (
        <li key={userId}>
          <button type="button" className="choice" data-testid={testId} data-user-id={userId} onClick={() => page.openPerson(userId, roomId)}>
            <Avatar id={userId} name={nameOf(users, userId)} presence={presence.get(userId)?.status} />
            <span className="choice-text">
              <span className="name" dir="auto">
                {nameOf(users, userId)}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
