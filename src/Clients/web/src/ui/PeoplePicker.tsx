import { useCallback, useState } from "react";
import type { User } from "../chat/types";
import { useChat, useChatState } from "./context";
import { Avatar, ErrorText, Icon } from "./parts";
import { useQuery } from "./useQuery";

interface PeoplePickerProps {
  readonly people: readonly User[];
  readonly onChange: (people: readonly User[]) => void;
  readonly label: string;
  readonly optional?: boolean;
  /** Prefix of the names for tests. */
  readonly testId: string;
  /** Those who cannot be chosen, besides oneself. */
  readonly without?: (userId: string) => boolean;
}

export function PeoplePicker({ people, onChange, label, optional = false, testId, without }: PeoplePickerProps) {
  const chat = useChat();
  const me = useChatState((s) => s.me.userId);
  const [query, setQuery] = useState("");
  const ask = useCallback(
    (text: string, next: string | null) => (text === "" ? Promise.resolve({ items: [], next: null }) : chat.findUsers(text, next)),
    [chat],
  );
  const found = useQuery<User>(query.trim().replace(/^@/, ""), ask);
  const choices = found.items.filter((user) => user.userId !== me && !people.some((p) => p.userId === user.userId) && !without?.(user.userId));

  const add = (user: User): void => {
    onChange([...people, user]);
    setQuery("");
  };

  return (
    <div className="people">
      <label className="field">
        <span>
          {label} {optional && <small>(optional)</small>}
        </span>
        <input
          data-testid={`${testId}-query`}
          placeholder="Search by name"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="auto"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing && event.keyCode !== 229 && query.trim() !== "") {
              event.preventDefault();
              if (found.done && choices[0]) {
                add(choices[0]);
              }
            }
          }}
        />
      </label>
      {people.length > 0 && (
        <ul className="chips" aria-label="Chosen people">
          {people.map((user) => (
            <li key={user.userId} className="chip">
              <span className="name" dir="auto">
                {user.displayName}
              </span>
              <button
                type="button"
                aria-label={`Remove ${user.displayName}`}
                onClick={() => onChange(people.filter((p) => p.userId !== user.userId))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <ErrorText text={found.error} />
      {query.trim() !== "" && (
        <ul className="choices" inert={!found.done} aria-label="People found">
          {choices.map((user) => (
            <li key={user.userId}>
              <button type="button" className="choice" data-testid={`${testId}-option`} data-user-id={user.userId} onClick={() => add(user)}>
                <Avatar id={user.userId} name={user.displayName} />
                <span className="choice-text">
                  <span className="name" dir="auto">
                    {user.displayName}
                  </span>
                  <span className="quiet">@{user.username}</span>
                </span>
              </button>
            </li>
          ))}
          {found.hasMore && (
            <li>
              <button type="button" className="button wide" disabled={found.loadingMore} onClick={found.more}>
                {found.loadingMore ? "Loading…" : "Show more"}
              </button>
            </li>
          )}
          {found.done && choices.length === 0 && found.error === null && !found.hasMore && <li className="quiet">Nobody else by that name.</li>}
        </ul>
      )}
    </div>
  );
}
