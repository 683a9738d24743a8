import { useSyncExternalStore } from "react";
import type { Home } from "../chat/home";
import { ChatPage } from "./ChatPage";
import { ChatContext } from "./context";
import { SignIn } from "./SignIn";

export function App({ home }: { home: Home }) {
  const chat = useSyncExternalStore(home.chat.subscribe, home.chat.get);
  const ended = useSyncExternalStore(home.ended.subscribe, home.ended.get);
  if (!chat) {
    return <SignIn api={home.api} ended={ended} />;
  }
  return (
    <ChatContext value={chat}>
      <ChatPage key={chat.store.get().me.userId} onSignOut={() => void home.signOut()} />
    </ChatContext>
  );
}
