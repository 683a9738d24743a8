import { useEffect, useState } from "react";
import { useChat, useChatState } from "./context";
import { DiscoverDialog } from "./DiscoverDialog";
import { NewRoomDialog } from "./NewRoomDialog";
import { RoomList } from "./RoomList";
import { RoomView } from "./RoomView";
import { goTo, useRoute } from "./route";

export function ChatPage({ onSignOut }: { onSignOut: () => void }) {
  const chat = useChat();
  const roomId = useRoute();
  const rooms = useChatState((s) => s.rooms);
  const listed = useChatState((s) => s.listed);
  const [dialog, setDialog] = useState<"new" | "discover" | null>(null);
  const room = roomId === null ? undefined : rooms.get(roomId);

  useEffect(() => {
    chat.open(roomId);
  }, [chat, roomId]);

  const unread = [...rooms.values()].reduce((sum, r) => sum + r.log.unread, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Chat` : "Chat";
    return () => {
      document.title = "Chat";
    };
  }, [unread]);

  const openRoom = (id: string): void => {
    setDialog(null);
    goTo(id);
  };

  return (
    <div className={roomId === null ? "page" : "page in-room"}>
      <RoomList
        openRoomId={roomId}
        onNewRoom={() => setDialog("new")}
        onDiscover={() => setDialog("discover")}
        onSignOut={() => {
          goTo(null);
          onSignOut();
        }}
      />
      {room ? (
        <RoomView key={room.roomId} room={room} />
      ) : (
        <main className="room-empty">
          {roomId !== null && listed ? (
            <>
              <p>You are not in this room.</p>
              <a className="button" href="#/">
                Back to your rooms
              </a>
            </>
          ) : (
            <>
              {roomId === null && <img src="/icon.svg" alt="" width="56" height="56" />}
              <p>{roomId !== null ? "Loading…" : "Choose a room to read and write."}</p>
            </>
          )}
        </main>
      )}
      {dialog === "new" && <NewRoomDialog onClose={() => setDialog(null)} onCreated={openRoom} />}
      {dialog === "discover" && <DiscoverDialog onClose={() => setDialog(null)} onOpen={openRoom} />}
    </div>
  );
}
