import { useCallback, useId, useMemo, useState, type KeyboardEvent } from "react";
import { textOf } from "../chat/errors";
import { byActivity, type RoomState } from "../chat/store";
import type { User } from "../chat/types";
import { useChat, useChatState } from "./context";
import { matchOf } from "./match";
import { Avatar, Dialog, ErrorText, RoomFace } from "./parts";
import { badgeText, peerOf, roomMatch, roomTitle } from "./text";
import { useQuery } from "./useQuery";

interface QuickSwitcherProps {
  readonly onClose: () => void;
  readonly onOpen: (roomId: string) => void;
}

type Choice = { readonly kind: "room"; readonly room: RoomState } | { readonly kind: "person"; readonly user: User };

const roomsAtMost = 12;

/** One field that finds a room, or a person to write to. */
export function QuickSwitcher({ onClose, onOpen }: QuickSwitcherProps) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const presence = useChatState((s) => s.presence);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const listId = useId();
  const { choices, done, failure } = useChoices(query);
  const active = Math.min(at, choices.length - 1);
  const optionId = (index: number): string => `${listId}-${index}`;

  const pick = async (choice: Choice | undefined): Promise<void> => {
    if (!choice || busy) {
      return;
    }
    if (choice.kind === "room") {
      onOpen(choice.room.roomId);
      return;
    }
    setBusy(true);
    setError(null);
    try {
      onOpen(await chat.createRoom({ kind: "direct", memberIds: [choice.user.userId] }));
    } catch (failed) {
      setError(textOf(failed));
      setBusy(false);
    }
  };

  const keyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const count = choices.length;
      setAt(count === 0 ? 0 : (active + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      void pick(choices[active]);
    }
  };

  return (
    <Dialog title="Go to" testId="switcher" onClose={onClose} className="switcher">
      <label className="field">
        <span className="visually-hidden">Find a room or a person</span>
        <input
          data-testid="switcher-query"
          role="combobox"
          aria-expanded={choices.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={active >= 0 ? optionId(active) : undefined}
          placeholder="Find a room or a person"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="auto"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={keyDown}
        />
      </label>
      <ErrorText text={error ?? failure} />
      <ul className="choices" id={listId} role="listbox" aria-label="Rooms and people">
        {choices.map((choice, index) => (
          <li
            key={choice.kind === "room" ? choice.room.roomId : choice.user.userId}
            id={optionId(index)}
            role="option"
            aria-selected={index === active}
            className="choice option"
            data-testid="switcher-option"
            data-kind={choice.kind}
            ref={index === active ? reveal : undefined}
            onPointerMove={() => setAt(index)}
            onClick={() => void pick(choice)}
          >
            {choice.kind === "room" ? (
              <RoomChoice room={choice.room} users={users} presence={presence} />
            ) : (
              <>
                <Avatar id={choice.user.userId} name={choice.user.displayName} presence={presence.get(choice.user.userId)?.status} />
                <span className="choice-text">
                  <span className="name" dir="auto">
                    {choice.user.displayName}
                  </span>
                  <span className="quiet">@{choice.user.username} · New direct message</span>
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
      <p className="quiet centered" role="status">
        {choices.length > 0 ? "" : done ? "Nothing by that name." : "Looking…"}
      </p>
    </Dialog>
  );
}

const reveal = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "nearest" });

function RoomChoice({ room, users, presence }: {
  readonly room: RoomState;
  readonly users: Parameters<typeof roomTitle>[1];
  readonly presence: ReadonlyMap<string, { readonly status: "online" | "away" | "offline" }>;
}) {
  const title = roomTitle(room, users);
  const peer = peerOf(room);
  const username = peer === null ? undefined : users.get(peer)?.username;
  return (
    <>
      <RoomFace
        roomId={room.roomId}
        kind={room.kind}
        title={title}
        others={room.others}
        presence={peer === null ? undefined : presence.get(peer)?.status}
      />
      <span className="choice-text">
        <span className="name" dir="auto">
          {title}
        </span>
        {(username || room.log.topic) && (
          <span className="quiet" dir="auto">
            {username ? `@${username}` : room.log.topic}
          </span>
        )}
      </span>
      {room.log.unread > 0 && (
        <span className={room.log.mentions > 0 ? "badge mention" : "badge"}>
          {badgeText(room.log.unread)}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </>
  );
}

/** Rooms that fit, the best first, then people with whom there is no direct room yet. Without a query the rooms with something unread come first. */
function useChoices(query: string): { readonly choices: readonly Choice[]; readonly done: boolean; readonly failure: string | null } {
  const chat = useChat();
  const rooms = useChatState((s) => s.rooms);
  const users = useChatState((s) => s.users);
  const me = useChatState((s) => s.me.userId);
  const asked = query.trim().replace(/^@/, "");
  const ask = useCallback(
    (text: string) => (text === "" ? Promise.resolve({ items: [], next: null }) : chat.findUsers(text, null)),
    [chat],
  );
  const found = useQuery<User>(asked, ask);

  const fitting = useMemo(() => {
    const places = new Map(byActivity(rooms).map((room) => [room, roomMatch(room, users, asked)]));
    return [...places.keys()]
      .filter((room) => places.get(room) !== null)
      .sort((a, b) => places.get(a)! - places.get(b)! || (asked === "" ? Number(b.log.unread > 0) - Number(a.log.unread > 0) : 0))
      .slice(0, roomsAtMost);
  }, [rooms, users, asked]);
  const people = useMemo(() => {
    const direct = new Set([...rooms.values()].flatMap((room) => peerOf(room) ?? []));
    // Answers to an older query are not among the choices.
    const known = new Map((found.done ? found.items : []).map((user) => [user.userId, user]));
    for (const user of users.values()) {
      // Those who are known already come at once, and by what is half composed too.
      if (asked !== "" && (matchOf(user.displayName, asked) ?? matchOf(user.username, asked) ?? 2) < 2) {
        known.set(user.userId, user);
      }
    }
    return [...known.values()].filter((user) => user.userId !== me && user.username !== "" && !direct.has(user.userId)).slice(0, roomsAtMost);
  }, [rooms, users, found.done, found.items, asked, me]);

  const choices: Choice[] = [
    ...fitting.map((room) => ({ kind: "room" as const, room })),
    ...people.map((user) => ({ kind: "person" as const, user })),
  ];
  return { choices, done: found.done, failure: found.error };
}
