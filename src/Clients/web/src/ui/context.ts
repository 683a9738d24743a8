import { createContext, useContext, useSyncExternalStore } from "react";
import type { Chat } from "../chat/chat";
import type { ChatState, Store } from "../chat/store";
import { perFrame } from "./frames";

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
  return useSyncExternalStore(framesOf(store), () => select(store.get()));
}

const subscribers = new WeakMap<Store<ChatState>, ReturnType<typeof perFrame>>();

function framesOf(store: Store<ChatState>): ReturnType<typeof perFrame> {
  let subscribe = subscribers.get(store);
  if (!subscribe) {
    subscribe = perFrame(store);
    subscribers.set(store, subscribe);
  }
  return subscribe;
}
