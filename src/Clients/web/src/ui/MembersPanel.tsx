import { memo, useEffect, useMemo, useState } from "react";
import { textOf } from "../chat/errors";
import type { RoomState } from "../chat/store";
import type { Member, Presence, User } from "../chat/types";
import { AddPeopleDialog } from "./AddPeopleDialog";
import { Confirm } from "./Confirm";
import { useChat, useChatState } from "./context";
import { matchOf } from "./match";
import { usePage } from "./page";
import { PanelFrame } from "./PanelFrame";
import { Avatar, ErrorText, Icon } from "./parts";
import { byRole, canAdd, canArchive, canLeave, isMuted } from "./rights";
import { RoomAbout } from "./RoomAbout";
import { goTo } from "./route";
import { countText, nameOf, roomTitle } from "./text";

/** With fewer there is nothing to search. */
const searchedFrom = 8;

/** What the room is, who is in it, and what one may do with both. */
export function MembersPanel({ room }: { room: RoomState }) {
  const chat = useChat();
  const users = useChatState((s) => s.users);
  const [adding, setAdding] = useState(false);
  const { roomId, log } = room;
  const title = roomTitle(room, users);

  return (
    <PanelFrame title="Details" subtitle={title} testId="members" closeTestId="hide-members">
      <div className="panel-body">
        <RoomAbout room={room} />
        <MemberList room={room} onAdd={() => setAdding(true)} />
      </div>
      {(canArchive(room) || canLeave(room)) && (
        <footer className="panel-foot">
          {canArchive(room) && (
            <Confirm
              testId={log.archived ? "reopen" : "archive"}
              icon="archive"
              label={log.archived ? "Open this room again" : "Archive this room"}
              question={log.archived ? "Everybody in it can write again." : "Nobody can write in it until an owner opens it again."}
              verb={log.archived ? "Open again" : "Archive"}
              danger={false}
              onConfirm={() => chat.archive(roomId, !log.archived)}
            />
          )}
          {canLeave(room) && (
            <Confirm
              testId="leave"
              icon="signOut"
              label="Leave this room"
              question={room.kind === "public" ? "You can join again later." : "You can only come back when somebody adds you."}
              verb="Leave"
              onConfirm={async () => {
                await chat.leave(roomId);
                goTo(null);
              }}
            />
          )}
        </footer>
      )}
      {adding && <AddPeopleDialog room={room} onClose={() => setAdding(false)} />}
    </PanelFrame>
  );
}

function MemberList({ room, onAdd }: { room: RoomState; onAdd: () => void }) {
  const chat = useChat();
  const page = usePage();
  const users = useChatState((s) => s.users);
  const presence = useChatState((s) => s.presence);
  const [query, setQuery] = useState("");
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { roomId, log } = room;
  const { members, membersNext, me } = log;

  // Asked for again when the log was reset and holds no members any more.
  const missing = members === null;
  useEffect(() => {
    if (missing) {
      chat.loadMembers(roomId).catch((failure: unknown) => setError(textOf(failure)));
    }
  }, [chat, roomId, missing]);

  const more = (): void => {
    setLoading(true);
    setError(null);
    chat
      .loadMembers(roomId, !missing)
      .catch((failure: unknown) => setError(textOf(failure)))
      .finally(() => setLoading(false));
  };

  const ordered = useMemo(() => sorted(members, users), [members, users]);
  const shown = query.trim() === "" ? ordered : ordered.filter(({ userId }) => fits(users.get(userId), query));
  const open = useMemo(() => (userId: string) => page.openPerson(userId, roomId), [page, roomId]);

  return (
    <section className="member-section" aria-labelledby="members-heading">
      <div className="section-head">
        <h3 id="members-heading">
          {room.kind === "direct" ? "People" : "Members"}
          {members !== null && ` (${members.size}${membersNext === null ? "" : "+"})`}
        </h3>
        {canAdd(room) && (
          <button type="button" className="button small" data-testid="add-people" onClick={onAdd}>
            <Icon name="addPerson" />
            Add
          </button>
        )}
      </div>
      {ordered.length >= searchedFrom && (
        <label className="room-filter">
          <span className="visually-hidden">Search members</span>
          <Icon name="search" />
          <input
            type="search"
            data-testid="member-query"
            placeholder="Search members"
            autoComplete="off"
            spellCheck={false}
            dir="auto"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape" && query !== "" && !event.nativeEvent.isComposing) {
                event.preventDefault();
                setQuery("");
              }
            }}
          />
        </label>
      )}
      <ul className="member-list">
        {shown.map((member) => (
          <MemberRow
            key={member.userId}
            member={member}
            user={users.get(member.userId)}
            name={nameOf(users, member.userId)}
            presence={presence.get(member.userId)}
            own={member.userId === me}
            onOpen={open}
          />
        ))}
      </ul>
      <p className="quiet note" role="status">
        {missing
          ? error === null
            ? "Loading…"
            : ""
          : query.trim() !== "" && shown.length === 0
            ? membersNext === null
              ? "No member by that name."
              : `None of the first ${countText(members.size, "member", "members")}.`
            : ""}
      </p>
      <ErrorText text={error} />
      {(membersNext !== null || (missing && error !== null)) && (
        <button type="button" className="button note" data-testid="more-members" disabled={loading} onClick={more}>
          {loading ? "Loading…" : missing ? "Try again" : "Show more"}
        </button>
      )}
    </section>
  );
}

interface MemberRowProps {
  readonly member: Member;
  readonly user: User | undefined;
  readonly name: string;
  readonly presence: Presence | undefined;
  readonly own: boolean;
  readonly onOpen: (userId: string) => void;
}

const MemberRow = memo(function MemberRow({ member, user, name, presence, own, onOpen }: MemberRowProps) {
  const { userId, role, mutedUntil } = member;
  return (
    <li data-testid="member" data-user-id={userId} data-role={role}>
      <button type="button" className="member" onClick={() => onOpen(userId)}>
        <Avatar id={userId} name={name} presence={presence?.status} />
        <span className="who-line">
          <span className="name" dir="auto">
            {name}
          </span>
          {own && <small>(you)</small>}
          {presence && presence.status !== "offline" && <span className="visually-hidden">{presence.status}</span>}
        </span>
        <span className="member-marks">
          {isMuted(mutedUntil) && (
            <span className="muted-mark" title="Muted" data-testid="member-muted">
              <Icon name="muted" />
              <span className="visually-hidden">muted</span>
            </span>
          )}
          {role !== "member" && <span className="role">{role}</span>}
        </span>
        <span className="username" dir="auto">
          {user?.status || (user?.username && `@${user.username}`)}
        </span>
      </button>
    </li>
  );
});

const fits = (user: User | undefined, query: string): boolean =>
  user !== undefined && [user.displayName, user.username].some((name) => matchOf(name, query.replace(/^@/, "")) !== null);

function sorted(members: ReadonlyMap<string, Member> | null, users: ReadonlyMap<string, User>): readonly Member[] {
  return [...(members?.values() ?? [])].sort(
    (a, b) => byRole(a.role, b.role) || nameOf(users, a.userId).localeCompare(nameOf(users, b.userId)),
  );
}
