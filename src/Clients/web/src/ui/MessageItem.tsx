import { memo } from "react";
import { mentionsUser } from "../chat/message";
import type { Send } from "../chat/store";
import type { Message } from "../chat/types";
import { Avatar } from "./parts";
import { clockText, fullText, narrowClockText } from "./text";

interface MessageItemProps {
  readonly roomId: string;
  readonly message: Message;
  /** Set while the message is on its way. */
  readonly send: Send | null;
  /** True when it goes on under the head of the message before it. */
  readonly grouped: boolean;
  readonly author: string;
  readonly me: string;
  readonly reply: string | null;
  readonly onRetry: (roomId: string, clientId: string) => void;
  readonly onTakeBack: (roomId: string, clientId: string) => void;
  readonly onDiscard: (roomId: string, clientId: string) => void;
}

export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { message, send, grouped, author, me, reply } = props;
  const classes = ["message"];
  if (grouped) {
    classes.push("grouped");
  }
  if (send) {
    classes.push(send.state);
  }
  if (message.by !== me && mentionsUser(message, me)) {
    classes.push("mentions-me");
  }
  return (
    <li
      className={classes.join(" ")}
      data-testid={send ? "pending-message" : "message"}
      data-seq={send ? undefined : message.seq}
      data-client-id={message.clientId ?? undefined}
      data-state={send?.state}
    >
      {grouped ? (
        <time className="gutter" dateTime={message.at} title={fullText(message.at)}>
          {narrowClockText(message.at)}
        </time>
      ) : (
        <Avatar id={message.by} name={author} />
      )}
      <div className="bubble">
        {!grouped && (
          <p className="message-head">
            <span className="author" data-testid="author" dir="auto">
              {author}
            </span>
            <time dateTime={message.at} title={fullText(message.at)}>
              {clockText(message.at)}
            </time>
          </p>
        )}
        {reply !== null && (
          <p className="reply" data-testid="reply" dir="auto">
            {reply}
          </p>
        )}
        <Body message={message} />
        {!message.deleted && message.reactions.length > 0 && (
          <ul className="reactions" aria-label="Reactions">
            {message.reactions.map((r) => (
              <li key={r.emoji} className={r.me ? "reaction me" : "reaction"} data-testid="reaction">
                {r.emoji} <span>{r.count}</span>
              </li>
            ))}
          </ul>
        )}
        {send && <SendState {...props} send={send} />}
      </div>
    </li>
  );
});

function Body({ message }: { message: Message }) {
  if (message.deleted) {
    return (
      <p className="text deleted" data-testid="message-deleted">
        Message deleted
      </p>
    );
  }
  return (
    <>
      <p className="text" dir="auto">
        <span data-testid="message-text">{message.text}</span>
        {message.editedAt !== null && (
          <small className="edited" title={fullText(message.editedAt)} data-testid="edited">
            {" "}
            (edited)
          </small>
        )}
      </p>
      {message.attachments.length > 0 && (
        <p className="quiet">{message.attachments.length === 1 ? "1 file" : `${message.attachments.length} files`}</p>
      )}
    </>
  );
}

function SendState({ send, roomId, onRetry, onTakeBack, onDiscard }: MessageItemProps & { readonly send: Send }) {
  if (send.state !== "failed") {
    return <p className="send-state visually-hidden">Sending…</p>;
  }
  return (
    <p className="send-state" role="alert">
      <span>Not sent. {send.error}</span>
      <button type="button" className="link" data-testid="retry" onClick={() => onRetry(roomId, send.clientId)}>
        Retry
      </button>
      <button type="button" className="link" data-testid="take-back" onClick={() => onTakeBack(roomId, send.clientId)}>
        Edit
      </button>
      <button type="button" className="link" data-testid="discard" onClick={() => onDiscard(roomId, send.clientId)}>
        Discard
      </button>
    </p>
  );
}
