import { useContext } from "react";
import type { Message } from "../../chat/types";
import { Icon } from "../parts";
import { TabContext, useSurface } from "./surface";

interface ReactionsProps {
  readonly message: Message;
  readonly onToggle: (emoji: string, on: boolean) => void;
  readonly onAdd: (anchor: HTMLElement) => void;
}

export function Reactions({ message, onToggle, onAdd }: ReactionsProps) {
  const tab = useContext(TabContext);
  const { rights } = useSurface();
  return (
    <ul className="reactions" aria-label="Reactions">
      {message.reactions.map(({ emoji, count, me }) => (
        <li key={emoji}>
          <button
            type="button"
            className={me ? "reaction me" : "reaction"}
            data-testid="reaction"
            data-emoji={emoji}
            tabIndex={tab}
            aria-pressed={me}
            aria-disabled={!rights.write}
            title={whoText(emoji, count, me)}
            onClick={() => rights.write && onToggle(emoji, !me)}
          >
            {emoji} <span>{count}</span>
          </button>
        </li>
      ))}
      {rights.write && (
        <li>
          <button
            type="button"
            className="reaction add"
            data-testid="add-reaction"
            tabIndex={tab}
            aria-label="Add reaction"
            title="Add reaction"
            onClick={(event) => onAdd(event.currentTarget)}
          >
            <Icon name="smile" />
          </button>
        </li>
      )}
    </ul>
  );
}

function whoText(emoji: string, count: number, me: boolean): string {
  const others = me ? count - 1 : count;
  const who = others === 0 ? "You" : `${me ? "You and " : ""}${others} ${me ? (others === 1 ? "other" : "others") : others === 1 ? "person" : "people"}`;
  return `${who} reacted with ${emoji}`;
}
