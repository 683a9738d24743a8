import { useEffect, useState } from "react";
import { textOf } from "../chat/errors";
import type { RoomState } from "../chat/store";
import type { Member, User } from "../chat/types";
import { useChat, useChatState } from "./context";
import { Avatar, ErrorText, Icon } from "./parts";
import { goTo } from "./route";
import { nameOf } from "./text";

const rank = { owner: 0, admin: 1, member: 2 } as const;

export function MembersPanel({ room, onClose }: { room: RoomState; onClose: () => void }) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const presence = useChatState((s) => s.presence);
  const me = useChatState((s) => s.me.userId);
  const [error, setError] = useState<string | null>(null);
  const [leaving, setLeaving] = useState(false);
  const { roomId, log } = room;

  const load = (more: boolean): void => {
    setError(null);
    chat.loadMembers(roomId, more).catch((failure: unknown) => setError(textOf(failure)));
  };
  // Asked for again when the log was reset and holds no members any more.
  const missing = log.members === null;
  useEffect(() => {
    if (missing) {
      chat.loadMembers(roomId).catch((failure: unknown) => setError(textOf(failure)));
    }
  }, [chat, roomId, missing]);

  const leave = (): void => {
    if (leaving) {
      chat.leave(roomId).then(
        () => goTo(null),
        (failure: unknown) => {
          setLeaving(false);
          setError(textOf(failure));
        },
      );
    } else {
      setLeaving(true);
    }
  };

  return (
    <aside className="panel members" aria-label="Members" data-testid="members">
      <header className="panel-head">
        <h2 className="panel-title">Members{log.members && log.membersNext === null ? ` (${log.members.size})` : ""}</h2>
        <button type="button" className="icon-button" data-testid="hide-members" aria-label="Close members" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <ul tabIndex={0} aria-label="Members of this room">
        {sorted(log.members, users).map(({ userId, role }) => (
          <li key={userId} className="member" data-testid="member" data-user-id={userId}>
            <Avatar id={userId} name={nameOf(users, userId)} presence={presence.get(userId)?.status} />
            <span className="who-line">
              <span className="name" dir="auto">
                {nameOf(users, userId)}
              </span>
              {userId === me && <small>(you)</small>}
            </span>
            {role !== "member" && <span className="role">{role}</span>}
            <span className="username" dir="auto">
              {users.get(userId)?.username && `@${users.get(userId)!.username}`}
            </span>
          </li>
        ))}
      </ul>
      {missing && error === null && <p className="quiet">Loading…</p>}
      {log.membersNext !== null && (
        <button type="button" className="button" data-testid="more-members" onClick={() => load(true)}>
          Show more
        </button>
      )}
      <ErrorText text={error} />
      {room.kind !== "direct" && (
        <button type="button" className={leaving ? "button danger" : "button"} data-testid="leave" onClick={leave} onBlur={() => setLeaving(false)}>
          {leaving ? "Leave for sure?" : "Leave this room"}
        </button>
      )}
    </aside>
  );
}

function sorted(members: ReadonlyMap<string, Member> | null, users: ReadonlyMap<string, User>): readonly Member[] {
  return [...(members?.values() ?? [])].sort(
    (a, b) => rank[a.role] - rank[b.role] || nameOf(users, a.userId).localeCompare(nameOf(users, b.userId)),
  );
}
