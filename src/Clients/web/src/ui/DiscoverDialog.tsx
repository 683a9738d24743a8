import { useState } from "react";
import { textOf } from "../chat/errors";
import { useChat, useChatState } from "./context";
import { Dialog, ErrorText, RoomFace } from "./parts";
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
  const found = useQuery(query.trim(), chat.discover);

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
    <Dialog title="Public rooms" testId="discover-dialog" onClose={onClose}>
      <label className="field">
        <span className="visually-hidden">Search public rooms</span>
        <input
          type="search"
          data-testid="discover-query"
          placeholder="Search by name"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </label>
      <ErrorText text={error ?? found.error} />
      <ul className="choices">
        {found.items.map((room) => (
          <li key={room.roomId} className="choice" data-testid="discover-item" data-room-id={room.roomId}>
            <RoomFace roomId={room.roomId} kind="public" title={room.name ?? ""} peer={null} />
            <span className="choice-text">
              <span className="name" dir="auto">
                {room.name}
              </span>
              <span className="quiet" dir="auto">
                {[room.memberCount === null ? "" : room.memberCount === 1 ? "1 member" : `${room.memberCount} members`, room.topic ?? ""]
                  .filter((part) => part !== "")
                  .join(" · ")}
              </span>
            </span>
            {rooms.has(room.roomId) ? (
              <button type="button" className="button" data-testid="open-room" aria-label={`Open ${room.name ?? "room"}`} onClick={() => onOpen(room.roomId)}>
                Open
              </button>
            ) : (
              <button
                type="button"
                className="button primary"
                data-testid="join"
                aria-label={`Join ${room.name ?? "room"}`}
                disabled={joining !== null}
                onClick={() => void join(room.roomId)}
              >
                Join
              </button>
            )}
          </li>
        ))}
      </ul>
      {found.done && found.items.length === 0 && found.error === null && (
        <p className="quiet">{query.trim() === "" ? "There are no public rooms yet." : "No public room with this name."}</p>
      )}
    </Dialog>
  );
}
