import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { RoomState } from "../chat/store";
import type { Compose } from "./composer/compose";
import { ConnectionBanner } from "./ConnectionBanner";
import { useChat, useChatState } from "./context";
import { DiscoverDialog } from "./DiscoverDialog";
import { ComposesContext } from "./messages/MessageSurface";
import { NewRoomDialog } from "./NewRoomDialog";
import { NoRoom } from "./NoRoom";
import { PageContext, type PageActions } from "./page";
import { PersonCard } from "./PersonCard";
import { ProfileDialog } from "./ProfileDialog";
import { QuickSwitcher } from "./QuickSwitcher";
import { ReadersDialog } from "./ReadersDialog";
import { RoomList } from "./RoomList";
import { RoomView } from "./RoomView";
import { goTo, openPanel, useRoute } from "./route";
import { ToastList } from "./ToastList";
import { Toasts } from "./toasts";
import { useKeyboardSpace } from "./useKeyboardSpace";
import { phone, useMedia } from "./useMedia";
import { useShortcuts } from "./useShortcuts";

/** The dialog over the page; there is one at a time. */
type Shown =
  | { readonly kind: "new" | "discover" | "switcher" | "profile" }
  | { readonly kind: "person"; readonly userId: string; readonly roomId: string | null }
  | { readonly kind: "readers"; readonly roomId: string; readonly seq: number };

export function ChatPage({ onSignOut }: { onSignOut: () => void }) {
  const chat = useChat();
  const { roomId, panel } = useRoute();
  const room = useRoom(roomId);
  const [shown, setShown] = useState<Shown | null>(null);
  const shownRoom = useRoom(shown && "roomId" in shown ? shown.roomId : null);
  const [toasts] = useState(() => new Toasts());
  const [composes] = useState(() => new Map<string, Compose>());
  const alone = useMedia(phone) && roomId === null;

  const page = useMemo(
    (): PageActions => ({
      openThread: (id, seq) => openPanel(id, { kind: "thread", seq }),
      openPerson: (userId, ofRoom) => setShown({ kind: "person", userId, roomId: ofRoom ?? null }),
      showReaders: (id, seq) => setShown({ kind: "readers", roomId: id, seq }),
      say: toasts.say,
      fail: toasts.fail,
    }),
    [toasts],
  );

  useEffect(() => {
    chat.open(roomId);
  }, [chat, roomId]);
  useKeyboardSpace();
  useShortcuts(() => setShown({ kind: "switcher" }));
  useUnreadTitle();
  useFocusOnReturn(roomId);

  const close = (): void => setShown(null);
  const openRoom = (id: string): void => {
    close();
    goTo(id);
  };
  const signOut = useCallback((): void => {
    goTo(null);
    onSignOut();
  }, [onSignOut]);
  const show = useCallback((kind: "new" | "discover" | "profile") => setShown({ kind }), []);

  return (
    <PageContext value={page}>
      <ComposesContext value={composes}>
        <div className={roomId === null ? "page" : "page in-room"}>
          {room && (
            <button type="button" className="button skip" onClick={() => document.querySelector<HTMLElement>(".room h1")?.focus()}>
              Skip to the room
            </button>
          )}
          <ConnectionBanner />
          {/* On a phone the list is all there is while no room is open. */}
          <div className="sidebar-slot" role={alone ? "main" : undefined}>
            <RoomList openRoomId={roomId} onShow={show} onSignOut={signOut} />
          </div>
          {room ? <RoomView key={room.roomId} room={room} panel={panel} /> : !alone && <NoRoom roomId={roomId} />}
          <ToastList toasts={toasts} />
          {shown?.kind === "new" && <NewRoomDialog onClose={close} onCreated={openRoom} />}
          {shown?.kind === "discover" && <DiscoverDialog onClose={close} onOpen={openRoom} />}
          {shown?.kind === "switcher" && <QuickSwitcher onClose={close} onOpen={openRoom} />}
          {shown?.kind === "profile" && <ProfileDialog onClose={close} onSignOut={signOut} />}
          {shown?.kind === "readers" && shownRoom && <ReadersDialog room={shownRoom} seq={shown.seq} onClose={close} />}
          {shown?.kind === "person" && (
            <PersonCard
              key={shown.userId}
              userId={shown.userId}
              room={shownRoom}
              onClose={close}
              onOpen={openRoom}
              onEditProfile={() => setShown({ kind: "profile" })}
            />
          )}
        </div>
      </ComposesContext>
    </PageContext>
  );
}

const useRoom = (roomId: string | null): RoomState | undefined => useChatState((s) => (roomId === null ? undefined : s.rooms.get(roomId)));

function useUnreadTitle(): void {
  const unread = useChatState((s) => [...s.rooms.values()].reduce((sum, r) => sum + r.log.unread, 0));
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Chat` : "Chat";
    return () => {
      document.title = "Chat";
    };
  }, [unread]);
}

/** Who comes back from a room to the list goes on where they left it. */
function useFocusOnReturn(roomId: string | null): void {
  const before = useRef(roomId);
  useEffect(() => {
    const left = before.current;
    before.current = roomId;
    if (roomId === null && left !== null && document.activeElement === document.body) {
      document.querySelector<HTMLElement>(`.room-item[data-room-id="${CSS.escape(left)}"]`)?.focus();
    }
  }, [roomId]);
}
