import { memo, useContext, useId } from "react";
import { mentionsUser } from "../chat/message";
import type { Send } from "../chat/store";
import type { Message, User } from "../chat/types";
import { RichText } from "./markdown/RichText";
import { Readers, SendState } from "./messages/Marks";
import { useActive } from "./messages/MessageRows";
import { Quote } from "./messages/Quote";
import { Reactions } from "./messages/Reactions";
import { TabContext, useSurface } from "./messages/surface";
import { ThreadRow } from "./messages/ThreadRow";
import { useMessageActions, type MessageActions } from "./messages/useMessageActions";
import { usePage } from "./page";
import { Avatar, Icon } from "./parts";
import { clockText, countText, fullText, narrowClockText } from "./text";

export interface MessageItemProps {
  readonly message: Message;
  /** Set while the message is on its way. */
  readonly send: Send | null;
  /** True when it goes on under the head of the message before it. */
  readonly grouped: boolean;
  readonly author: string;
  /** The message that it answers, or in a room the first one of the thread that it is in; null where that is not held. */
  readonly about?: Message | null | undefined;
  /** Who has read up to here and no further; the same array as long as nothing changes. */
  readonly readers?: readonly User[] | undefined;
}

/** A message, with what can be done about it. Drawn again when it changes itself, not when others do. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { message, send, grouped, author, about = null, readers } = props;
  const { me, thread } = useSurface();
  const id = useId();
  const active = useActive(id);
  const apart = thread === null && message.thread !== null;
  const actions = useMessageActions(message, send !== null, apart);
  const classes = [
    "message",
    apart ? "in-thread" : grouped ? "grouped" : "",
    message.by !== me && mentionsUser(message, me) ? "mentions-me" : "",
    send?.state ?? "",
  ];
  return (
    <TabContext value={active ? 0 : -1}>
      <article
        id={id}
        className={classes.filter(Boolean).join(" ")}
        data-testid={send ? "pending-message" : "message"}
        data-seq={send ? undefined : message.seq}
        data-client-id={message.clientId ?? undefined}
        data-state={send?.state}
        tabIndex={active ? 0 : -1}
        aria-labelledby={`${id}-who ${id}-text`}
        {...actions.handlers}
      >
        {apart ? (
          <ThreadRow id={id} message={message} root={about} author={author} />
        ) : (
          <>
            <Side id={id} message={message} grouped={grouped} author={author} />
            <div className="bubble">
              {!grouped && <Head id={id} message={message} author={author} />}
              {message.pinned && (
                <p className="pinned-mark" data-testid="pinned-mark">
                  <Icon name="pin" />
                  Pinned
                </p>
              )}
              {message.replyTo !== null && <Quote seq={message.replyTo} message={about} />}
              <div id={`${id}-text`}>
                <Body message={message} />
              </div>
              <Foot message={message} actions={actions} />
              {send && <SendState send={send} />}
            </div>
          </>
        )}
        {readers && readers.length > 0 && <Readers seq={message.seq} readers={readers} />}
        {actions.tools}
      </article>
    </TabContext>
  );
});

interface PartProps {
  readonly id: string;
  readonly message: Message;
  readonly author: string;
}

/** What stands before the text: a face, or the time where the face is that of the message before. */
function Side({ id, message, grouped, author }: PartProps & { readonly grouped: boolean }) {
  const page = usePage();
  const { roomId } = useSurface();
  if (grouped) {
    return (
      <p className="gutter" id={`${id}-who`}>
        <span className="visually-hidden">{author}, </span>
        <time dateTime={message.at} title={fullText(message.at)}>
          {narrowClockText(message.at)}
        </time>
      </p>
    );
  }
  // The name beside it is a button that does the same.
  return (
    <span className="face" onClick={() => page.openPerson(message.by, roomId)}>
      <Avatar id={message.by} name={author} />
    </span>
  );
}

function Head({ id, message, author }: PartProps) {
  const tab = useContext(TabContext);
  const page = usePage();
  const { roomId } = useSurface();
  return (
    <p className="message-head" id={`${id}-who`}>
      <button type="button" className="author" data-testid="author" dir="auto" tabIndex={tab} onClick={() => page.openPerson(message.by, roomId)}>
        {author}
      </button>
      <time dateTime={message.at} title={fullText(message.at)}>
        {clockText(message.at)}
      </time>
    </p>
  );
}

function Body({ message }: { message: Message }) {
  if (message.deleted) {
    return (
      <p className="text deleted" data-testid="message-deleted">
        Message deleted
      </p>
    );
  }
  const edited = message.editedAt !== null && (
    <small className="edited" title={fullText(message.editedAt)} data-testid="edited">
      {" "}
      (edited)
    </small>
  );
  return (
    <>
      <RichText message={message} after={edited} />
      {message.attachments.length > 0 && <p className="quiet">{countText(message.attachments.length, "file", "files")}</p>}
    </>
  );
}

function Foot({ message, actions }: { readonly message: Message; readonly actions: MessageActions }) {
  const tab = useContext(TabContext);
  const page = usePage();
  const { roomId, thread } = useSurface();
  return (
    <>
      {!message.deleted && message.reactions.length > 0 && <Reactions message={message} onToggle={actions.react} onAdd={actions.pickReaction} />}
      {thread === null && message.threadCount > 0 && (
        <button type="button" className="thread-link" data-testid="thread-link" tabIndex={tab} onClick={() => page.openThread(roomId, message.seq)}>
          <Icon name="thread" />
          {countText(message.threadCount, "reply", "replies")}
        </button>
      )}
    </>
  );
}
