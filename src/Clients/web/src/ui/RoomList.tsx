import { memo, useDeferredValue, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent } from "react";
import { byActivity, type RoomState } from "../chat/store";
import type { User } from "../chat/types";
import { connectionText } from "./ConnectionBanner";
import { useChat, useChatState } from "./context";
import { Avatar, Icon, RoomFace } from "./parts";
import { goTo, roomHref } from "./route";
import { badgeText, listTimeText, nameOf, peerOf, previewText, roomMatch, roomTitle } from "./text";

interface RoomListProps {
  readonly openRoomId: string | null;
  readonly onShow: (dialog: "new" | "discover" | "profile") => void;
  readonly onSignOut: () => void;
}

export const RoomList = memo(function RoomList({ openRoomId, onShow, onSignOut }: RoomListProps) {
  const me = useChatState((s) => s.me);
  // A busy room changes many times a second; its own messages come first.
  const rooms = useDeferredValue(useChatState((s) => s.rooms));
  const users = useChatState((s) => s.users);
  const listed = useChatState((s) => s.listed);
  const [query, setQuery] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const ordered = useMemo(() => byActivity(rooms), [rooms]);
  const shown = useMemo(() => (query.trim() === "" ? ordered : ordered.filter((room) => roomMatch(room, users, query) !== null)), [ordered, users, query]);

  /** Moves the focus along the rows; above the first is the filter. */
  const step = (event: KeyboardEvent): void => {
    if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || event.altKey || event.nativeEvent.isComposing) {
      return;
    }
    const rows = [...(list.current?.querySelectorAll<HTMLElement>(".room-item") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1);
    const next = at < 0 ? document.getElementById("room-filter") : rows[at];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  };

  const filterKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    if (event.key === "Enter" && query !== "" && shown[0]) {
      goTo(shown[0].roomId);
      setQuery("");
    } else if (event.key === "Escape" && query !== "") {
      event.preventDefault();
      setQuery("");
    } else if (event.key === "ArrowDown") {
      step(event);
    }
  };

  return (
    <nav className="sidebar" aria-label="Rooms">
      <header className="sidebar-head">
        <h1>Chat</h1>
        <button
          type="button"
          className="icon-button"
          data-testid="discover"
          aria-label="Discover public rooms"
          title="Discover public rooms"
          onClick={() => onShow("discover")}
        >
          <Icon name="compass" />
        </button>
        <button type="button" className="icon-button" data-testid="new-room" aria-label="New room" title="New room" onClick={() => onShow("new")}>
          <Icon name="plus" />
        </button>
      </header>
      {rooms.size > 0 && (
        <label className="room-filter">
          <span className="visually-hidden">Filter rooms</span>
          <Icon name="search" />
          <input
            id="room-filter"
            type="search"
            data-testid="room-filter"
            placeholder="Filter rooms"
            autoComplete="off"
            spellCheck={false}
            dir="auto"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={filterKey}
          />
        </label>
      )}
      <ul className="room-list" data-testid="room-list" ref={list} onKeyDown={step}>
        {shown.map((room) => (
          <RoomItem key={room.roomId} room={room} users={users} me={me.userId} open={room.roomId === openRoomId} />
        ))}
      </ul>
      <p className="visually-hidden" role="status">
        {query === "" ? "" : shown.length === 1 ? "1 room" : `${shown.length} rooms`}
      </p>
      {!listed && rooms.size === 0 && <p className="hint">Loading…</p>}
      {rooms.size > 0 && shown.length === 0 && <p className="hint">None of your rooms has this name.</p>}
      {listed && rooms.size === 0 && (
        <div className="hint">
          <p>You are in no room yet.</p>
          <button type="button" className="button primary" onClick={() => onShow("discover")}>
            Find a room
          </button>
          <button type="button" className="button" onClick={() => onShow("new")}>
            Start one
          </button>
        </div>
      )}
      <footer className="sidebar-foot">
        <button type="button" className="profile-button" data-testid="open-profile" title="Profile and settings" onClick={() => onShow("profile")}>
          <Avatar id={me.userId} name={me.displayName} />
          <span className="profile-text">
            <span className="visually-hidden">Profile and settings of </span>
            <span className="name" dir="auto">
              {me.displayName}
            </span>
            <ConnectionState />
          </span>
        </button>
        <button type="button" className="icon-button" data-testid="sign-out" aria-label="Sign out" title="Sign out" onClick={onSignOut}>
          <Icon name="signOut" />
        </button>
      </footer>
    </nav>
  );
});

/** The banner over the page is what a screen reader hears of it. */
function ConnectionState() {
  const status = useChatState((s) => s.connection);
  return (
    <span className={`connection ${status}`} data-testid="connection-state" data-state={status}>
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
  const { drafts } = useChat();
  const title = roomTitle(room, users);
  const peer = peerOf(room);
  const presence = useChatState((s) => (peer === null ? undefined : s.presence.get(peer)?.status));
  const typing = room.typing.size > 0;
  // In the open room the draft stands in the composer.
  const held = useSyncExternalStore(drafts.subscribe, () => drafts.get(roomId));
  const draft = open ? "" : held.trim();
  const last = log.last;
  const author = last && (last.by === me ? "You" : kind === "direct" ? "" : nameOf(users, last.by));
  return (
    <li>
      <a
        className={log.unread > 0 ? "room-item unread" : "room-item"}
        href={roomHref(roomId)}
        data-testid="room-item"
        data-room-id={roomId}
        aria-current={open ? "page" : undefined}
      >
        <RoomFace roomId={roomId} kind={kind} title={title} others={room.others} presence={presence} />
        <span className="room-line">
          <span className="room-name" dir="auto">
            {title}
          </span>
          <span className="room-time">{listTimeText(last?.at ?? "")}</span>
        </span>
        <span className="room-line">
          <span className="room-preview" dir="auto">
            {draft !== "" ? (
              <>
                <span className="draft">Draft:</span> {draft}
              </>
            ) : typing ? (
              <em>typing…</em>
            ) : last ? (
              `${author ? `${author}: ` : ""}${previewText(last)}`
            ) : (
              (log.topic ?? "No messages yet")
            )}
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
