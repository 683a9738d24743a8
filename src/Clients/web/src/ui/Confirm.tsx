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
export function Confirm(props: ConfirmProps) {
  const [asked, setAsked] = useState<ConfirmProps | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const wasAsked = useRef(false);
  const { testId, icon, label, danger = true } = props;

  useEffect(() => {
    if (asked === null && wasAsked.current) {
      opener.current?.focus();
    }
    wasAsked.current = asked !== null;
  }, [asked]);

  if (asked) {
    // As it was when it was asked: doing it may change what this is about before its answer is there.
    return <Question {...asked} onDone={() => setAsked(null)} />;
  }
  return (
    <button ref={opener} type="button" className={danger ? "row-button danger" : "row-button"} data-testid={testId} onClick={() => setAsked(props)}>
      <Icon name={icon} />
      {label}
    </button>
  );
}

function Question({ testId, question, verb, danger = true, onConfirm, onDone }: ConfirmProps & { readonly onDone: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);

  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onDone();
    } catch (failure) {
      setError(textOf(failure));
      setBusy(false);
    }
  };

  return (
    <div
      className="confirm"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !busy) {
          event.preventDefault();
          onDone();
        }
      }}
    >
      <p dir="auto">{question}</p>
      <ErrorText text={error} />
      <div className="form-foot">
        <button ref={cancel} type="button" className="button" data-testid={`${testId}-cancel`} disabled={busy} onClick={onDone}>
          Cancel
        </button>
        <button type="button" className={danger ? "button danger" : "button primary"} data-testid={testId} disabled={busy} onClick={() => void confirm()}>
          {verb}
        </button>
      </div>
    </div>
  );
}
