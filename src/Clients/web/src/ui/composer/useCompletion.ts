import { useEffect, useId, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { noteEmoji } from "../emoji/recent";
import { choiceId } from "./CompletionList";
import { typeOver } from "./typing";
import { insertedBy, keyOf, useChoices, type Choice } from "./useChoices";
import { wantedAt } from "./wanted";

/** The completion of what is being typed in a field. */
export function useCompletion(roomId: string, area: RefObject<HTMLTextAreaElement | null>, text: string) {
  const id = useId();
  /** Null while something is selected, or the focus elsewhere. */
  const [caret, setCaret] = useState<number | null>(null);
  const lastTyped = useRef<string | null>(null);
  /** Where the completion began that was closed by Escape: it stays closed until another one begins. */
  const [closed, setClosed] = useState<number | null>(null);
  const [pointed, setPointed] = useState<{ readonly query: string; readonly index: number } | null>(null);
  const wanted = caret === null ? null : wantedAt(text, caret);
  const from = wanted?.from ?? null;
  if (closed !== null && closed !== from) {
    setClosed(null);
  }
  const open = wanted !== null && closed !== from;
  const choices = useChoices(roomId, open ? wanted : null);
  // What is typed on changes the choices, and the first is the best again.
  const active = pointed !== null && pointed.query === wanted?.query ? Math.min(pointed.index, choices.length - 1) : 0;

  const pick = (choice: Choice | undefined): void => {
    if (!choice || !wanted || !area.current) {
      return;
    }
    const inserted = insertedBy(choice);
    // A blank that is there already is not put in again.
    const to = inserted.endsWith(" ") && text[wanted.to] === " " ? wanted.to + 1 : wanted.to;
    if (choice.kind === "emoji") {
      noteEmoji(choice.emoji.character);
    }
    typeOver(area.current, wanted.from, to, inserted);
  };

  const whole = choices[0]?.kind === "emoji" && choices[0].whole ? keyOf(choices[0]) : null;
  useEffect(() => {
    // Not when it was finished otherwise: undo must be able to bring the code back.
    if (whole !== null && lastTyped.current === ":") {
      // React would put the field's old text back if it changed in the middle of its work.
      queueMicrotask(() => pick(choices[0]));
    }
    // Once for each code that was finished.
  }, [whole]);

  /** True when the key was for the completion. */
  const keyDown = (event: KeyboardEvent): boolean => {
    if (choices.length === 0 || event.altKey || event.ctrlKey || event.metaKey) {
      return false;
    }
    // A name that was typed in full and not chosen by the arrow keys is no reason to keep the message from being sent.
    const complete = pointed === null && wanted!.kind === "mention" && keyOf(choices[active]!) === wanted!.query.toLowerCase();
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? choices.length - 1 : 0;
    if (step > 0) {
      setPointed({ query: wanted!.query, index: (active + step) % choices.length });
    } else if ((event.key === "Enter" && !complete) || (event.key === "Tab" && !event.shiftKey)) {
      pick(choices[active]);
    } else if (event.key === "Escape") {
      setClosed(from);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  };

  return {
    id,
    choices,
    active,
    pick,
    keyDown,
    /** The field's text or selection changed; `typed` is what was put in, where that is known. */
    follow: ({ selectionStart, selectionEnd }: HTMLTextAreaElement, typed?: string | null): void => {
      setCaret(selectionStart === selectionEnd ? selectionStart : null);
      if (typed !== undefined) {
        lastTyped.current = typed;
      }
    },
    leave: (): void => setCaret(null),
    point: (index: number): void => setPointed({ query: wanted?.query ?? "", index }),
    /** For the field, so that a screen reader says what is chosen. */
    aria:
      choices.length > 0
        ? ({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": id, "aria-activedescendant": choiceId(id, active) } as const)
        : {},
  };
}
