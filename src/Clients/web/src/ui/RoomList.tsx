import { memo, useMemo } from "react";
import type { ConnectionStatus } from "../chat/connection";
import { byActivity, type RoomState } from "../chat/store";
import type { User } from "../chat/types";
import { useChatState } from "./context";
import { Avatar, Icon, RoomFace } from "./parts";
import { roomHref } from "./route";
import { badgeText, listTimeText, nameOf, peerOf, previewText, roomTitle } from "./text";

interface RoomListProps {
  readonly openRoomId: string | null;
  readonly onNewRoom: () => void;
  readonly onDiscover: () => void;
  readonly onSignOut: () => void;
}

export function RoomList({ openRoomId, onNewRoom, onDiscover, onSignOut }: RoomListProps) {
  const me = useChatState((s) => s.me);
  const rooms = useChatState((s) => s.rooms);
  const users = useChatState((s) => s.users);
  const listed = useChatState((s) => s.listed);
  const ordered = useMemo(() => byActivity(rooms), [rooms]);

  return (
    <nav className="sidebar" aria-label="Rooms">
      <header className="sidebar-head">
        <h1>Rooms</h1>
        <button type="button" className="icon-button" data-testid="discover" aria-label="Discover public rooms" title="Discover public rooms" onClick={onDiscover}>
          <Icon name="search" />
        </button>
        <button type="button" className="icon-button" data-testid="new-room" aria-label="New room" title="New room" onClick={onNewRoom}>
          <Icon name="plus" />
        </button>
      </header>
      <ul className="room-list" data-testid="room-list">
        {ordered.map((room) => (
          <RoomItem key={room.roomId} room={room} users={users} me={me.userId} open={room.roomId === openRoomId} />
        ))}
      </ul>
      {listed && ordered.length === 0 && (
        <div className="hint">
          <p>You are in no room yet.</p>
          <button type="button" className="button primary" onClick={onDiscover}>
            Find a room
          </button>
          <button type="button" className="button" onClick={onNewRoom}>
            Start one
          </button>
        </div>
      )}
      <footer className="sidebar-foot">
        <Avatar id={me.userId} name={me.displayName} />
        <div className="who">
          <span className="name" dir="auto">
            {me.displayName}
          </span>
          <ConnectionState />
        </div>
        <button type="button" className="icon-button" data-testid="sign-out" aria-label="Sign out" title="Sign out" onClick={onSignOut}>
          <Icon name="signOut" />
        </button>
      </footer>
    </nav>
  );
}

export const connectionText: Record<ConnectionStatus, string> = {
  stopped: "Signed out",
  connecting: "Connecting…",
  syncing: "Catching up…",
  online: "Connected",
  waiting: "Offline, trying again…",
};

function ConnectionState() {
  const status = useChatState((s) => s.connection);
  return (
    <span className={`connection ${status}`} data-testid="connection-state" data-state={status} role="status">
      {connectionText[status]}
    </span>
  );
}

interface RoomItemProps {
  readonly room: RoomState;
  readonly users: ReadonlyMap<string, User>;
  readonly me: string;
  readonly open: boolean;
}

const RoomItem = memo(function RoomItem({ room, users, me, open }: RoomItemProps) {
  const { log, roomId, kind } = room;
  const title = roomTitle(room, users);
  const peer = peerOf(room);
  const presence = useChatState((s) => (peer === null ? undefined : s.presence.get(peer)?.status));
  const typing = room.typing.size > 0;
  const last = log.last;
  const author = last && (last.by === me ? "You" : kind === "direct" ? "" : nameOf(users, last.by));
  return (
    <li>
      <a
        className="room-item"
        href={roomHref(roomId)}
        data-testid="room-item"
        data-room-id={roomId}
        aria-current={open ? "page" : undefined}
      >
        <RoomFace roomId={roomId} kind={kind} title={title} peer={peer} presence={presence} />
        <span className="room-line">
          <span className="room-name" dir="auto">
            {title}
          </span>
          <span className="room-time">{listTimeText(last?.at ?? "")}</span>
        </span>
        <span className="room-line">
          <span className="room-preview" dir="auto">
            {typing ? <em>typing…</em> : last ? `${author ? `${author}: ` : ""}${previewText(last)}` : (log.topic ?? "No messages yet")}
          </span>
          <span className="badges">
            {log.mentions > 0 && (
              <span className="badge mention" data-testid="mention-badge" aria-label={`${log.mentions} mentions`}>
                @{log.mentions > 1 ? badgeText(log.mentions) : ""}
              </span>
            )}
            {log.unread > 0 && (
              <span className="badge" data-testid="unread-badge" aria-label={`${log.unread} unread`}>
                {badgeText(log.unread)}
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
});
