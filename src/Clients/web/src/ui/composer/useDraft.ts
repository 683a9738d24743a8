import { useCallback, useSyncExternalStore } from "react";
import { messageAt } from "../../chat/message";
import type { ChatState } from "../../chat/store";
import type { Message } from "../../chat/types";
import { useChat, useChatState } from "../context";
import type { Compose } from "./compose";

/** The text of a composer: the draft of its room or thread, or the message that is being changed. */
export function useDraft(roomId: string, thread: number | null, compose: Compose) {
  const { drafts } = useChat();
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.get(roomId, thread));
  const { replyTo, editing } = useSyncExternalStore(compose.state.subscribe, compose.state.get);
  const change = useCallback(
    (text: string): void => {
      if (compose.state.get().editing) {
        compose.change(text);
      } else {
        drafts.set(roomId, text, thread);
      }
    },
    [drafts, roomId, thread, compose],
  );
  return { text: editing ? editing.text : draft, change, replyTo, editing };
}

/** True once a message that is known here was deleted. */
export const useGone = (roomId: string, message: Message | null): boolean =>
  useChatState((s) => message !== null && heldAt(s, roomId, message.seq)?.deleted === true);

function heldAt(state: ChatState, roomId: string, seq: number): Message | undefined {
  const room = state.rooms.get(roomId);
  return room && (messageAt(room.log, seq) ?? (room.thread ? messageAt(room.thread, seq) : undefined));
}

/** The newest message of one's own that can be changed, as far as the newest ones are held. */
export function lastOwn(state: ChatState, roomId: string, thread: number | null): Message | undefined {
  const room = state.rooms.get(roomId);
  if (!room) {
    return undefined;
  }
  const own = (message: Message): boolean => message.by === state.me.userId && !message.deleted && message.thread === thread;
  return thread === null ? (room.log.to === null ? room.log.messages.findLast(own) : undefined) : room.thread?.messages.findLast(own);
}
