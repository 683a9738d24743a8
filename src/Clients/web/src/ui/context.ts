import { createContext, useContext, useSyncExternalStore } from "react";
import type { Chat } from "../chat/chat";
import type { ChatState } from "../chat/store";

export const ChatContext = createContext<Chat | null>(null);

export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) {
    throw new Error("There is no chat above this component.");
  }
  return chat;
}

/** A part of the chat's state; `select` must give the same object while nothing in it changed. */
export function useChatState<T>(select: (state: ChatState) => T): T {
  const { store } = useChat();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
