import { useEffect, useState, useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../chat/connection";
import { useChat, useChatState } from "./context";
import { Icon } from "./parts";

export const connectionText: Record<ConnectionStatus, string> = {
  stopped: "Signed out",
  connecting: "Connecting…",
  syncing: "Catching up…",
  online: "Connected",
  waiting: "Reconnecting…",
};

/** A connection that is there again this soon is not worth a word. */
const patience = 1_500;

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
};

const useNetwork = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine);

/** Says over the whole page when it is not live, why as far as that is known, and when it is again. */
export function ConnectionBanner() {
  const chat = useChat();
  const status = useChatState((s) => s.connection);
  const stopping = useChatState((s) => s.stopping);
  const network = useNetwork();
  const live = status === "online";
  const [late, setLate] = useState(false);

  useEffect(() => {
    if (live) {
      return undefined;
    }
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, [live]);

  // What was told to be away is told to be back, and forgotten when it is away anew.
  const [told, setTold] = useState(live);
  if (told !== live) {
    setTold(live);
    if (!live) {
      setLate(false);
    }
  }
  const shown = !live && (late || !network || stopping);
  const words = !network
    ? "You are offline. What you write is sent when the connection is back."
    : stopping
      ? "The server is restarting. Reconnecting…"
      : status === "syncing"
        ? "Catching up…"
        : status === "connecting"
          ? "Connecting…"
          : "The connection is lost. Reconnecting…";

  return (
    <div className={shown ? "connection-banner shown" : "connection-banner"} role="status" data-testid="connection-banner" data-state={status}>
      {shown ? (
        <>
          <Icon name="offline" />
          <span>{words}</span>
          {status === "waiting" && network && (
            <button type="button" className="link" data-testid="try-now" onClick={chat.retryNow}>
              Try now
            </button>
          )}
        </>
      ) : (
        live && late && <span className="visually-hidden">Connected again</span>
      )}
    </div>
  );
}
