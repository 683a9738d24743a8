import type { Message } from "../../chat/types";
import { useChatState } from "../context";
import { Icon } from "../parts";
import { nameOf, previewText } from "../text";

interface ComposerBarProps {
  readonly kind: "reply" | "edit";
  readonly message: Message;
  readonly onCancel: () => void;
}

/** Says what the text in the composer is for. */
export function ComposerBar({ kind, message, onCancel }: ComposerBarProps) {
  const author = useChatState((s) => nameOf(s.users, message.by));
  return (
    <div className="composer-bar" data-testid={`${kind}-bar`}>
      <Icon name={kind === "reply" ? "reply" : "edit"} />
      <p>
        {kind === "reply" ? (
          <span className="quoted-name">
            Replying to <bdi>{author}</bdi>
          </span>
        ) : (
          <span className="quoted-name">Editing your message</span>
        )}
        <span dir="auto">{previewText(message)}</span>
      </p>
      <button
        type="button"
        className="icon-button"
        data-testid={`cancel-${kind}`}
        aria-label={kind === "reply" ? "Cancel the reply" : "Cancel editing"}
        title="Cancel (Esc)"
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
