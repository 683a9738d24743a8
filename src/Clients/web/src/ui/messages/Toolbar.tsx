import { useContext, useSyncExternalStore, type RefObject } from "react";
import { quickEmoji, recentEmoji } from "../emoji/recent";
import { Icon } from "../parts";
import type { Action, ActionId } from "./actions";
import { TabContext } from "./surface";

/** What is done most stands beside the menu. */
const shortcuts: readonly ActionId[] = ["react", "reply", "thread", "edit"];
const quickShown = 3;

interface ToolbarProps {
  readonly actions: readonly Action[];
  readonly opened: ActionId | "menu" | null;
  readonly menuButton: RefObject<HTMLButtonElement | null>;
  readonly onReact: (emoji: string) => void;
  readonly onAct: (id: ActionId) => void;
  readonly onMenu: () => void;
}

/** The buttons over the message that is pointed at or has the focus. */
export function Toolbar({ actions, opened, menuButton, onReact, onAct, onMenu }: ToolbarProps) {
  const tab = useContext(TabContext);
  const recent = useSyncExternalStore(recentEmoji.subscribe, recentEmoji.get);
  const reacts = actions.some((action) => action.id === "react");
  return (
    <div className="toolbar-way">
      <div className="toolbar" role="toolbar" aria-label="Message actions" data-testid="message-toolbar">
        {reacts &&
          quickEmoji(recent, quickShown).map((emoji) => (
            <button
              key={emoji}
              type="button"
              className="tool quick"
              tabIndex={tab}
              aria-label={`React with ${emoji}`}
              title={`React with ${emoji}`}
              onClick={() => onReact(emoji)}
            >
              {emoji}
            </button>
          ))}
        {actions
          .filter((action) => shortcuts.includes(action.id))
          .map((action) => (
            <button
              key={action.id}
              type="button"
              className={`tool tool-${action.id}`}
              tabIndex={tab}
              aria-label={action.label}
              title={action.key ? `${action.label} (${action.key.toUpperCase()})` : action.label}
              aria-expanded={action.id === "react" ? opened === "react" : undefined}
              data-testid={`tool-${action.id}`}
              onClick={() => onAct(action.id)}
            >
              <Icon name={action.icon} />
            </button>
          ))}
        <button
          ref={menuButton}
          type="button"
          className="tool"
          tabIndex={tab}
          aria-label="More"
          title="More (Enter)"
          aria-haspopup="menu"
          aria-expanded={opened === "menu"}
          data-testid="tool-menu"
          onClick={onMenu}
        >
          <Icon name="more" />
        </button>
      </div>
    </div>
  );
}
