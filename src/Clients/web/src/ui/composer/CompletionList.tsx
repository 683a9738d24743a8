import { Avatar, Icon } from "../parts";
import { keyOf, type Choice } from "./useChoices";

interface CompletionListProps {
  readonly id: string;
  readonly choices: readonly Choice[];
  readonly active: number;
  readonly onPoint: (index: number) => void;
  readonly onPick: (choice: Choice) => void;
}

const reveal = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "nearest" });

export const choiceId = (id: string, index: number): string => `${id}-${index}`;

/** What completes the text, above the composer. The focus stays in the text. */
export function CompletionList({ id, choices, active, onPoint, onPick }: CompletionListProps) {
  return (
    <ul className="completion" id={id} role="listbox" aria-label="Suggestions" data-testid="completion">
      {choices.map((choice, index) => (
        <li
          key={keyOf(choice)}
          id={choiceId(id, index)}
          role="option"
          aria-selected={index === active}
          data-testid="completion-option"
          data-kind={choice.kind}
          data-key={keyOf(choice)}
          ref={index === active ? reveal : undefined}
          onPointerMove={() => onPoint(index)}
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(choice)}
        >
          <ChoiceFace choice={choice} />
        </li>
      ))}
    </ul>
  );
}

function ChoiceFace({ choice }: { choice: Choice }) {
  switch (choice.kind) {
    case "person":
      return (
        <>
          <Avatar id={choice.user.userId} name={choice.user.displayName} />
          <span className="name" dir="auto">
            {choice.user.displayName}
          </span>
          <span className="quiet">@{choice.user.username}</span>
        </>
      );
    case "room":
      return (
        <>
          <span className="avatar square plain-face">
            <Icon name="people" />
          </span>
          <span className="name">@room</span>
          <span className="quiet">Everybody in this room</span>
        </>
      );
    case "emoji":
      return (
        <>
          <span className="emoji-face" aria-hidden="true">
            {choice.emoji.character}
          </span>
          <span className="name">{choice.emoji.name}</span>
          {choice.emoji.codes[0] && <span className="quiet">:{choice.emoji.codes[0]}:</span>}
        </>
      );
  }
}
