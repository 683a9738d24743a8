import { useEffect, useState } from "react";
import { textOf } from "../../chat/errors";
import { useChat } from "../context";
import { useSurface } from "../messages/surface";
import { roomIn } from "./length";
import { useDraft, useGone } from "./useDraft";

/** What is written, and what becomes of it: a new message, or a changed one. */
export function useWriting() {
  const chat = useChat();
  const { roomId, thread, compose, remove } = useSurface();
  const { text, change, replyTo, editing } = useDraft(roomId, thread, compose);
  const [error, setError] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const room = roomIn(text);
  const gone = useGone(roomId, editing?.message ?? null);
  const editingSeq = editing?.message.seq ?? null;

  useEffect(() => setError(null), [editingSeq]);
  useEffect(() => {
    if (gone) {
      compose.endEdit();
    }
  }, [gone, compose]);

  const save = async (): Promise<void> => {
    const { message } = editing!;
    const changed = text.trimEnd();
    if (changed.trim() === "") {
      remove(message);
      return;
    }
    setError(null);
    if (changed !== message.text) {
      setSaving(true);
      try {
        await chat.edit(roomId, message.seq, changed);
      } catch (failure) {
        setError(textOf(failure));
        return;
      } finally {
        setSaving(false);
      }
    }
    if (compose.state.get().editing?.message === message) {
      compose.endEdit();
    }
  };

  const submit = (): void => {
    if (room.excess > 0 || saving) {
      return;
    }
    if (editing) {
      void save();
    } else if (text.trim() !== "") {
      chat.send(roomId, text.trimEnd(), { replyTo: replyTo?.seq ?? null, thread });
      change("");
      compose.endReply();
    }
  };

  /** Goes back from an edit, or else from a reply; false when there is neither. */
  const cancel = (): boolean => {
    if (editing) {
      compose.endEdit();
    } else if (replyTo) {
      compose.endReply();
    } else {
      return false;
    }
    return true;
  };

  return { text, change, replyTo, editing, room, error, saving, submit, cancel };
}
