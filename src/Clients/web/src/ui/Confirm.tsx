import { useEffect, useRef, useState } from "react";
import { textOf } from "../chat/errors";
import { ErrorText, Icon, type IconName } from "./parts";

interface ConfirmProps {
  /** Both the button that asks and the one that does it carry this name. */
  readonly testId: string;
  readonly icon: IconName;
  readonly label: string;
  /** What happens, in a sentence or two. */
  readonly question: string;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly onConfirm: () => Promise<unknown>;
}

/** A button that says what it will do and asks again before it does. */
export function Confirm({ testId, icon, label, question, verb, danger = true, onConfirm }: ConfirmProps) {
  const [state, setState] = useState<"idle" | "asking" | "busy">("idle");
  const [error, setError] = useState<string | null>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const asking = state !== "idle";
  const asked = useRef(false);

  useEffect(() => {
    if (asking) {
      asked.current = true;
      cancel.current?.focus();
    } else if (asked.current) {
      asked.current = false;
      opener.current?.focus();
    }
  }, [asking]);

  const confirm = async (): Promise<void> => {
    setState("busy");
    setError(null);
    try {
      await onConfirm();
      setState("idle");
    } catch (failure) {
      setError(textOf(failure));
      setState("asking");
    }
  };

  if (!asking) {
    return (
      <button ref={opener} type="button" className={danger ? "row-button danger" : "row-button"} data-testid={testId} onClick={() => setState("asking")}>
        <Icon name={icon} />
        {label}
      </button>
    );
  }
  return (
    <div
      className="confirm"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key === "Escape" && state === "asking") {
          event.preventDefault();
          event.stopPropagation();
          setState("idle");
          setError(null);
        }
      }}
    >
      <p dir="auto">{question}</p>
      <ErrorText text={error} />
      <div className="form-foot">
        <button ref={cancel} type="button" className="button" data-testid={`${testId}-cancel`} disabled={state === "busy"} onClick={() => setState("idle")}>
          Cancel
        </button>
        <button type="button" className={danger ? "button danger" : "button primary"} data-testid={testId} disabled={state === "busy"} onClick={() => void confirm()}>
          {verb}
        </button>
      </div>
    </div>
  );
}
