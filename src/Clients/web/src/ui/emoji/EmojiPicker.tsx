import { memo, useId, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent, type MouseEvent } from "react";
import { Icon } from "../parts";
import { Popover } from "../Popover";
import { useEmoji, type EmojiGroup } from "./data";
import { noteEmoji, recentEmoji } from "./recent";
import { findEmoji, type Emoji } from "./search";

interface EmojiPickerProps {
  readonly anchor: HTMLElement | null;
  readonly label: string;
  readonly onPick: (character: string) => void;
  readonly onClose: () => void;
}

/** As in the style sheet. */
const columns = 8;
const foundAtMost = 80;
const recentRows = 2;
const nothing: readonly EmojiGroup[] = [];

/** All emoji, to look through or to search. The search field keeps the focus; the arrow keys go through the emoji below it. */
export function EmojiPicker({ anchor, label, onPick, onClose }: EmojiPickerProps) {
  const id = useId();
  const data = useEmoji(true);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState<{ readonly group: number; readonly at: number } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const recent = useRecent(data === "failed" || !data ? null : data.all);

  const groups = useMemo((): readonly EmojiGroup[] => {
    if (data === null || data === "failed") {
      return nothing;
    }
    if (query.trim() !== "") {
      const emoji = findEmoji(data.all, query, foundAtMost);
      return emoji.length > 0 ? [{ name: "Found", emoji }] : nothing;
    }
    return recent.length > 0 ? [{ name: "Recently used", emoji: recent }, ...data.groups] : data.groups;
  }, [data, query, recent]);

  // What is searched for begins with its best answer.
  const place = active ?? (query.trim() !== "" && groups.length > 0 ? { group: 0, at: 0 } : null);
  const chosen = place && groups[place.group]?.emoji[place.at];

  const pick = (emoji: Emoji | undefined | null): void => {
    if (emoji) {
      noteEmoji(emoji.character);
      onPick(emoji.character);
    }
  };

  const keyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    const next = event.key.startsWith("Arrow") ? moved(groups, place, event.key) : null;
    if (next) {
      event.preventDefault();
      setActive(next);
      document.getElementById(optionId(id, next.group, next.at))?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(chosen);
    }
  };

  const overEmoji = (event: MouseEvent): { group: number; at: number } | null => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    return option ? { group: Number(option.dataset.group), at: Number(option.dataset.at) } : null;
  };

  return (
    <Popover anchor={anchor} label={label} testId="emoji-picker" className="emoji-picker" onClose={onClose}>
      <div className="emoji-search">
        <Icon name="search" />
        <input
          // A keyboard on the screen would cover what is to be looked through.
          data-focus={window.matchMedia("(pointer: coarse)").matches ? undefined : ""}
          data-testid="emoji-query"
          role="combobox"
          aria-label="Find an emoji"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={place ? optionId(id, place.group, place.at) : undefined}
          placeholder="Find an emoji"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="auto"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(null);
            list.current?.scrollTo(0, 0);
          }}
          onKeyDown={keyDown}
        />
      </div>
      {query.trim() === "" && <GroupTabs groups={groups} onShow={(group) => document.getElementById(`${id}-${group}`)?.scrollIntoView({ block: "start" })} />}
      <div
        ref={list}
        id={`${id}-list`}
        className="emoji-list"
        role="listbox"
        aria-label="Emoji"
        // The focus stays in the field.
        onMouseDown={(event) => event.preventDefault()}
        onMouseOver={(event) => {
          const over = overEmoji(event);
          if (over && (over.group !== place?.group || over.at !== place.at)) {
            setActive(over);
          }
        }}
        onClick={(event) => {
          const over = overEmoji(event);
          pick(over && groups[over.group]?.emoji[over.at]);
        }}
      >
        {groups.map((group, i) => (
          <Group key={group.name} id={id} index={i} group={group} active={place?.group === i ? place.at : null} />
        ))}
      </div>
      <p className="emoji-foot" role="status">
        {chosen ? (
          <>
            <span aria-hidden="true">{chosen.character}</span> {chosen.name}
            {chosen.codes[0] && <code>:{chosen.codes[0]}:</code>}
          </>
        ) : data === "failed" ? (
          "The emoji could not be loaded. Check your connection."
        ) : data === null ? (
          "Loading…"
        ) : groups.length === 0 ? (
          "No emoji by that name."
        ) : (
          "Choose an emoji"
        )}
      </p>
    </Popover>
  );
}

const optionId = (id: string, group: number, at: number): string => `${id}-${group}-${at}`;

function GroupTabs({ groups, onShow }: { readonly groups: readonly EmojiGroup[]; readonly onShow: (group: number) => void }) {
  return (
    <div className="emoji-groups" role="group" aria-label="Groups">
      {groups.map((group, i) => (
        <button key={group.name} type="button" aria-label={group.name} title={group.name} onClick={() => onShow(i)}>
          {group.name === "Recently used" ? <Icon name="clock" /> : group.emoji[0]!.character}
        </button>
      ))}
    </div>
  );
}

interface GroupProps {
  readonly id: string;
  readonly index: number;
  readonly group: EmojiGroup;
  readonly active: number | null;
}

/** Drawn again only while the chosen emoji is in it, and laid out by the browser only when it comes into view. */
const Group = memo(function Group({ id, index, group, active }: GroupProps) {
  const rows = Math.ceil(group.emoji.length / columns);
  return (
    <div className="emoji-group" role="group" aria-label={group.name} id={`${id}-${index}`} style={{ containIntrinsicHeight: `auto ${rows * 40 + 26}px` }}>
      <p aria-hidden="true">{group.name}</p>
      <div className="emoji-grid">
        {group.emoji.map((emoji, at) => (
          <span
            key={emoji.character}
            id={optionId(id, index, at)}
            role="option"
            aria-selected={at === active}
            aria-label={emoji.name}
            data-group={index}
            data-at={at}
            data-testid="emoji-option"
          >
            {emoji.character}
          </span>
        ))}
      </div>
    </div>
  );
});

/** Where an arrow key leads; null where that is nowhere. Up from the first row leaves the emoji for the text that is searched for. */
function moved(groups: readonly EmojiGroup[], from: { group: number; at: number } | null, key: string): { group: number; at: number } | null {
  if (groups.length === 0) {
    return null;
  }
  if (from === null) {
    return key === "ArrowDown" ? { group: 0, at: 0 } : null;
  }
  const { group, at } = from;
  const count = groups[group]!.emoji.length;
  const column = at % columns;
  const before = groups[group - 1]?.emoji.length;
  const after = groups[group + 1]?.emoji.length;
  switch (key) {
    case "ArrowLeft":
      return at > 0 ? { group, at: at - 1 } : before !== undefined ? { group: group - 1, at: before - 1 } : from;
    case "ArrowRight":
      return at + 1 < count ? { group, at: at + 1 } : after !== undefined ? { group: group + 1, at: 0 } : from;
    case "ArrowDown":
      if (at + columns < count || Math.floor(at / columns) < Math.floor((count - 1) / columns)) {
        return { group, at: Math.min(at + columns, count - 1) };
      }
      return after !== undefined ? { group: group + 1, at: Math.min(column, after - 1) } : from;
    case "ArrowUp": {
      if (at >= columns) {
        return { group, at: at - columns };
      }
      if (before === undefined) {
        return from;
      }
      const lastRow = Math.floor((before - 1) / columns) * columns;
      return { group: group - 1, at: Math.min(lastRow + column, before - 1) };
    }
    default:
      return null;
  }
}

/** As it was when the picker opened: what is picked meanwhile must not move the others. */
function useRecent(all: readonly Emoji[] | null): readonly Emoji[] {
  const characters = useSyncExternalStore(recentEmoji.subscribe, recentEmoji.get);
  const [held] = useState(characters);
  return useMemo(() => {
    const known = new Map((all ?? []).map((emoji) => [emoji.character, emoji]));
    return held.flatMap((character) => known.get(character) ?? []).slice(0, recentRows * columns);
  }, [all, held]);
}
