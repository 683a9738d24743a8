import { useState } from "react";
import { textOf } from "../chat/errors";
import type { PublicRoom } from "../chat/types";
import { useChat, useChatState } from "./context";
import { Dialog, ErrorText, RoomFace } from "./parts";
import { countText } from "./text";
import { useQuery } from "./useQuery";

interface DiscoverDialogProps {
  readonly onClose: () => void;
  readonly onOpen: (roomId: string) => void;
}

export function DiscoverDialog({ onClose, onOpen }: DiscoverDialogProps) {
  const chat = useChat();
  const rooms = useChatState((s) => s.rooms);
  const [query, setQuery] = useState("");
  const [joining, setJoining] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const found = useQuery<PublicRoom>(query.trim(), chat.discover);

  const join = async (roomId: string): Promise<void> => {
    setJoining(roomId);
    setError(null);
    try {
      await chat.join(roomId);
      onOpen(roomId);
    } catch (failure) {
      setError(textOf(failure));
      setJoining(null);
    }
  };

  return (
    <Dialog title="Public rooms" testId="discover-dialog" onClose={onClose} className="tall">
      <label className="field">
        <span className="visually-hidden">Search public rooms</span>
        <input
          type="search"
          data-testid="discover-query"
          placeholder="Search by name"
          dir="auto"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </label>
      <ErrorText text={error} />
      {/* What stands there while the next answer is on its way may be looked at, not acted on. */}
      <ul className="choices" data-testid="discover-list" inert={!found.done} aria-busy={!found.done}>
        {found.items.map((room) => (
          <FoundRoom key={room.roomId} room={room} joined={rooms.has(room.roomId)} joining={joining} onOpen={onOpen} onJoin={(id) => void join(id)} />
        ))}
        {found.hasMore && (
          <li>
            <button type="button" className="button wide" data-testid="more-rooms" disabled={found.loadingMore} onClick={found.more}>
              {found.loadingMore ? "Loading…" : "Show more"}
            </button>
          </li>
        )}
      </ul>
      {found.error !== null && (
        <p className="error" role="alert">
          {found.error}{" "}
          <button type="button" className="link" onClick={found.retry}>
            Try again
          </button>
        </p>
      )}
      <p className="quiet centered" role="status">
        {!found.done && found.items.length === 0
          ? "Looking…"
          : found.done && found.items.length === 0 && found.error === null
            ? query.trim() === ""
              ? "There are no public rooms yet."
              : "No public room with this name."
            : ""}
      </p>
    </Dialog>
  );
}

interface FoundRoomProps {
  readonly room: PublicRoom;
  readonly joined: boolean;
  readonly joining: string | null;
  readonly onOpen: (roomId: string) => void;
  readonly onJoin: (roomId: string) => void;
}

function FoundRoom({ room, joined, joining, onOpen, onJoin }: FoundRoomProps) {
  const { roomId, name, topic, memberCount } = room;
  const members = memberCount === null ? "" : countText(memberCount, "member", "members");
  return (
    <li className="choice" data-testid="discover-item" data-room-id={roomId}>
      <RoomFace roomId={roomId} kind="public" title={name ?? ""} />
      <span className="choice-text">
        <span className="name" dir="auto">
          {name}
        </span>
        <span className="quiet" dir="auto">
          {[members, topic ?? ""].filter((part) => part !== "").join(" · ")}
        </span>
      </span>
      {joined ? (
        <button type="button" className="button" data-testid="open-room" aria-label={`Open ${name ?? "room"}`} onClick={() => onOpen(roomId)}>
          Open
        </button>
      ) : (
        <button
          type="button"
          className="button primary"
          data-testid="join"
          aria-label={`Join ${name ?? "room"}`}
          disabled={joining !== null}
          onClick={() => onJoin(roomId)}
        >
          {joining === roomId ? "Joining…" : "Join"}
        </button>
      )}
    </li>
  );
}
