import { useContext } from "react";
import type { Send } from "../../chat/store";
import type { User } from "../../chat/types";
import { useChat } from "../context";
import { usePage } from "../page";
import { Avatar, Icon } from "../parts";
import { TabContext, useSurface } from "./surface";

const facesShown = 3;

/** Who has read up to a message; in a direct room of two that is one word. */
export function Readers({ seq, readers }: { readonly seq: number; readonly readers: readonly User[] }) {
  const tab = useContext(TabContext);
  const page = usePage();
  const { roomId, kind } = useSurface();
  const names = readers.map((reader) => reader.displayName).join(", ");
  if (kind === "direct" && readers.length === 1) {
    return (
      <span className="mark" data-testid="readers" title={`Read by ${names}`}>
        Read
      </span>
    );
  }
  return (
    <button
      type="button"
      className="mark readers"
      data-testid="readers"
      tabIndex={tab}
      title={`Read by ${names}`}
      onClick={() => page.showReaders(roomId, seq)}
    >
      <span className="visually-hidden">Read by {names}</span>
      {readers.length > facesShown && (
        <span className="more-readers" aria-hidden="true">
          +{readers.length - facesShown + 1}
        </span>
      )}
      {readers.slice(0, readers.length > facesShown ? facesShown - 1 : facesShown).map((reader) => (
        <Avatar key={reader.userId} id={reader.userId} name={reader.displayName} />
      ))}
    </button>
  );
}

/** What becomes of a message of one's own that is not in the log yet. */
export function SendState({ send }: { send: Send }) {
  const tab = useContext(TabContext);
  const chat = useChat();
  const { roomId, compose } = useSurface();
  if (send.state !== "failed") {
    return (
      <span className="mark sending" title="Sending…">
        <Icon name="clock" />
        <span className="visually-hidden">Sending…</span>
      </span>
    );
  }
  const takeBack = (): void => {
    chat.takeBack(roomId, send.clientId);
    compose.focus();
  };
  return (
    <p className="send-state" role="alert">
      <span>Not sent. {send.error}</span>
      <button type="button" className="link" data-testid="retry" tabIndex={tab} onClick={() => chat.retry(roomId, send.clientId)}>
        Retry
      </button>
      <button type="button" className="link" data-testid="take-back" tabIndex={tab} onClick={takeBack}>
        Edit
      </button>
      <button type="button" className="link" data-testid="discard" tabIndex={tab} onClick={() => chat.discard(roomId, send.clientId)}>
        Discard
      </button>
    </p>
  );
}
