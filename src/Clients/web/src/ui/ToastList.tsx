import { useEffect, useState, useSyncExternalStore } from "react";
import { Icon } from "./parts";
import type { Toast, Toasts } from "./toasts";

/** Long enough to be read out and understood; errors stay longer, and both stay while they are pointed at or focused. */
const shownFor = { note: 5_000, error: 12_000 } as const;

export function ToastList({ toasts }: { toasts: Toasts }) {
  const shown = useSyncExternalStore(toasts.shown.subscribe, toasts.shown.get);
  const [held, setHeld] = useState(false);
  const row = (toast: Toast) => <ToastRow key={toast.id} toast={toast} held={held} onDismiss={toasts.dismiss} />;
  return (
    <div
      className="toasts"
      data-testid="toasts"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {/* A live region has to be there before its first words. */}
      <div role="alert">{shown.filter((toast) => toast.kind === "error").map(row)}</div>
      <div role="status">{shown.filter((toast) => toast.kind === "note").map(row)}</div>
    </div>
  );
}

interface ToastRowProps {
  readonly toast: Toast;
  readonly held: boolean;
  readonly onDismiss: (id: number) => void;
}

function ToastRow({ toast, held, onDismiss }: ToastRowProps) {
  const { id, kind, text } = toast;
  useEffect(() => {
    if (held) {
      return undefined;
    }
    const timer = setTimeout(() => onDismiss(id), shownFor[kind]);
    return () => clearTimeout(timer);
  }, [id, kind, held, onDismiss]);
  return (
    <div className={`toast ${kind}`} data-testid="toast" data-kind={kind}>
      <p dir="auto">{text}</p>
      <button type="button" className="icon-button" data-testid="dismiss-toast" aria-label="Dismiss" onClick={() => onDismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
