import { useContext, type MouseEvent } from "react";
import type { Message } from "../../chat/types";
import { useChat, useChatState } from "../context";
import { usePage } from "../page";
import { nameOf, previewText } from "../text";
import { TabContext, useSurface } from "./surface";

interface QuoteProps {
  readonly seq: number;
  /** Null where it is not held here. */
  readonly message: Message | null;
}

/** The message that another one answers; a click leads there. */
export function Quote({ seq, message }: QuoteProps) {
  const tab = useContext(TabContext);
  const chat = useChat();
  const page = usePage();
  const { roomId } = useSurface();
  const author = useChatState((s) => (message ? nameOf(s.users, message.by) : ""));

  const jump = (event: MouseEvent<HTMLElement>): void => {
    // In a thread the answered message is most often in sight.
    const panel = event.currentTarget.closest(".panel");
    const near = panel?.querySelector<HTMLElement>(`.message[data-seq="${seq}"]`);
    if (near) {
      near.focus({ preventScroll: true });
      near.scrollIntoView({ block: "nearest" });
    } else {
      chat.jump(roomId, seq).catch(page.fail);
    }
  };

  return (
    <button type="button" className="reply" data-testid="reply" dir="auto" tabIndex={tab} title="Show the message that this answers" onClick={jump}>
      {message ? (
        <>
          <span className="quoted-name" dir="auto">{author}</span>: {previewText(message)}
        </>
      ) : (
        "An earlier message"
      )}
    </button>
  );
}
