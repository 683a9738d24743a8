import { useState, type RefObject } from "react";
import { EmojiPicker } from "../emoji/EmojiPicker";
import { Icon } from "../parts";
import { typeOver } from "./typing";
import { WritingHelp } from "./WritingHelp";

interface ComposerToolsProps {
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly testId: (name: string) => string;
}

/** What helps to write: emoji to pick, and how marks are typed. */
export function ComposerTools({ area, testId }: ComposerToolsProps) {
  const [opened, setOpened] = useState<"emoji" | "help" | null>(null);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = (): void => setOpened(null);
  const toggle = (what: "emoji" | "help", button: HTMLElement): void => {
    setAnchor(button);
    setOpened((now) => (now === what ? null : what));
  };

  const insert = (character: string): void => {
    close();
    const field = area.current!;
    typeOver(field, field.selectionStart, field.selectionEnd, character);
  };

  return (
    <>
      <button
        type="button"
        className="icon-button help"
        data-testid={testId("writing-help-button")}
        aria-label="How to write"
        title="How to write"
        aria-expanded={opened === "help"}
        onClick={(event) => toggle("help", event.currentTarget)}
      >
        <Icon name="text" />
      </button>
      <button
        type="button"
        className="icon-button"
        data-testid={testId("emoji")}
        aria-label="Emoji"
        title="Emoji"
        aria-expanded={opened === "emoji"}
        onClick={(event) => toggle("emoji", event.currentTarget)}
      >
        <Icon name="smile" />
      </button>
      {opened === "emoji" && <EmojiPicker anchor={anchor} label="Emoji" onPick={insert} onClose={close} />}
      {opened === "help" && <WritingHelp anchor={anchor} onClose={close} />}
    </>
  );
}
