import type { KeyboardEvent } from "react";
import { Icon } from "../parts";
import { Popover } from "../Popover";
import { actionOfKey, type Action, type ActionId } from "./actions";

interface MessageMenuProps {
  readonly anchor: HTMLElement | null;
  readonly actions: readonly Action[];
  /** Emoji to react with at once. */
  readonly quick: readonly string[];
  readonly onReact: (emoji: string) => void;
  readonly onAct: (id: ActionId) => void;
  readonly onClose: () => void;
}

/** Everything that can be done with a message. */
export function MessageMenu({ anchor, actions, quick, onReact, onAct, onClose }: MessageMenuProps) {
  const keyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const next = step ? items.at((at + step) % items.length) : event.key === "Home" ? items[0] : event.key === "End" ? items.at(-1) : undefined;
    if (next) {
      event.preventDefault();
      next.focus();
      return;
    }
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actionOfKey(actions, event.key, event.code);
    if (action) {
      event.preventDefault();
      onAct(action.id);
    }
  };

  const reacts = actions.some((action) => action.id === "react");
  return (
    <Popover anchor={anchor} label="Message" testId="message-menu" className="menu" onClose={onClose}>
      <div role="menu" aria-label="Message" onKeyDown={keyDown}>
        {reacts && (
          <div className="menu-quick" role="group" aria-label="React">
            {quick.map((emoji) => (
              <button key={emoji} type="button" role="menuitem" tabIndex={-1} aria-label={`React with ${emoji}`} onClick={() => onReact(emoji)}>
                {emoji}
              </button>
            ))}
          </div>
        )}
        {actions.map((action, i) => (
          <button
            key={action.id}
            type="button"
            role="menuitem"
            tabIndex={i === 0 ? 0 : -1}
            data-focus={i === 0 ? "" : undefined}
            className={action.danger ? "menu-item danger" : "menu-item"}
            data-testid={`message-${action.id}`}
            onClick={() => onAct(action.id)}
          >
            <Icon name={action.icon} />
            {action.label}
            {action.key && <kbd>{action.key === "Delete" ? "Del" : action.key.toUpperCase()}</kbd>}
          </button>
        ))}
      </div>
    </Popover>
  );
}
