import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import type { RoomState } from "../../chat/store";
import type { Message } from "../../chat/types";
import { Compose } from "../composer/compose";
import { useChatState } from "../context";
import { canPin, canRemoveMessages, canWrite } from "../rights";
import { RemoveMessage } from "./RemoveMessage";
import { SurfaceContext, type MessageRights, type Surface } from "./surface";

/** The composers' states by room and thread, so that a reply or an edit that was begun is there again when its room is. */
export const ComposesContext = createContext<Map<string, Compose> | null>(null);

interface MessageSurfaceProps {
  readonly room: RoomState;
  /** The first message of the thread to show; null for the room itself. */
  readonly thread?: number | null;
  readonly children: ReactNode;
}

export function MessageSurface({ room, thread = null, children }: MessageSurfaceProps) {
  const me = useChatState((s) => s.me.userId);
  const compose = useCompose(room.roomId, thread);
  const [removing, setRemoving] = useState<Message | null>(null);
  const { roomId, kind } = room;
  const write = canWrite(room);
  const pin = canPin(room);
  const removeAll = canRemoveMessages(room);
  const removeOwn = !room.log.archived;
  const rights = useMemo((): MessageRights => ({ write, pin, removeAll, removeOwn }), [write, pin, removeAll, removeOwn]);
  const surface = useMemo(
    (): Surface => ({ roomId, kind, thread, me, rights, compose, remove: setRemoving }),
    [roomId, kind, thread, me, rights, compose],
  );
  return (
    <SurfaceContext value={surface}>
      {children}
      {removing && <RemoveMessage roomId={roomId} message={removing} onClose={() => setRemoving(null)} />}
    </SurfaceContext>
  );
}

function useCompose(roomId: string, thread: number | null): Compose {
  const held = useContext(ComposesContext);
  return useMemo(() => {
    const key = `${roomId}.${thread ?? ""}`;
    const compose = held?.get(key) ?? new Compose();
    held?.set(key, compose);
    return compose;
  }, [held, roomId, thread]);
}
