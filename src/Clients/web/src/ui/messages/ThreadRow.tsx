import { useContext } from "react";
import type { Message } from "../../chat/types";
import { usePage } from "../page";
import { Icon } from "../parts";
import { clockText, fullText, previewText } from "../text";
import { TabContext, useSurface } from "./surface";

interface ThreadRowProps {
  readonly id: string;
  readonly message: Message;
  /** The message that the thread hangs on; null where it is not held here. */
  readonly root: Message | null;
  readonly author: string;
}

/** A message of a thread as the room shows it: a line or two that lead to the thread. */
export function ThreadRow({ id, message, root, author }: ThreadRowProps) {
  const tab = useContext(TabContext);
  const page = usePage();
  const { roomId } = useSurface();
  const about = root ? previewText(root) : "";
  return (
    <>
      <span className="thread-icon">
        <Icon name="thread" />
      </span>
      <button type="button" className="thread-row" data-testid="thread-row" tabIndex={tab} onClick={() => page.openThread(roomId, message.thread!)}>
        <span className="thread-head" id={`${id}-who`}>
          <span className="quoted-name" data-testid="author" dir="auto">
            {author}
          </span>{" "}
          <span>in {about === "" ? "a thread" : "thread:"}</span>{" "}
          <bdi>{about}</bdi>
          <time dateTime={message.at} title={fullText(message.at)}>
            {clockText(message.at)}
          </time>
        </span>
        <span className={message.deleted ? "thread-text deleted" : "thread-text"} dir="auto" id={`${id}-text`} data-testid="message-text">
          {previewText(message)}
        </span>
      </button>
    </>
  );
}
