import { useState } from "react";
import { textOf } from "../../chat/errors";
import type { Message } from "../../chat/types";
import { useChat } from "../context";
import { Dialog, ErrorText } from "../parts";
import { previewText } from "../text";

interface RemoveMessageProps {
  readonly roomId: string;
  readonly message: Message;
  readonly onClose: () => void;
}

/** Asks before a message is gone for good. */
export function RemoveMessage({ roomId, message, onClose }: RemoveMessageProps) {
  const chat = useChat();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const remove = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await chat.remove(roomId, message.seq);
      onClose();
    } catch (failure) {
      setError(textOf(failure));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Delete this message?" testId="remove-message" onClose={onClose} focus="title">
      <p className="removed-text" dir="auto">
        {previewText(message)}
      </p>
      <p className="quiet">Its text is erased for everybody, for good.</p>
      <ErrorText text={error} />
      <div className="form-foot">
        <button type="button" className="button" data-testid="remove-cancel" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger solid" data-testid="remove-confirm" disabled={busy} onClick={() => void remove()}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
