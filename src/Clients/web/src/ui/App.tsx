import { useCallback, useSyncExternalStore } from "react";
import type { Home } from "../chat/home";
import { ChatPage } from "./ChatPage";
import { ChatContext } from "./context";
import { SignIn } from "./SignIn";

export function App({ home }: { home: Home }) {
  const chat = useSyncExternalStore(home.chat.subscribe, home.chat.get);
  const ended = useSyncExternalStore(home.ended.subscribe, home.ended.get);
  const signOut = useCallback(() => void home.signOut(), [home]);
  if (!chat) {
    return <SignIn api={home.api} ended={ended} />;
  }
  return (
    <ChatContext value={chat}>
      <ChatPage key={chat.store.get().me.userId} onSignOut={signOut} />
    </ChatContext>
  );
}
