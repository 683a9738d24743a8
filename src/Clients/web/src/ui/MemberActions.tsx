import { useEffect, useState } from "react";
import { textOf } from "../chat/errors";
import type { RoomState } from "../chat/store";
import type { Member, Role } from "../chat/types";
import { Confirm } from "./Confirm";
import { useChat } from "./context";
import { ErrorText, Icon } from "./parts";
import { canAdd, canBan, canMute, canRemove, canSetRole, isMuted } from "./rights";
import { untilText } from "./text";

interface MemberActionsProps {
  readonly room: RoomState;
  readonly userId: string;
  readonly name: string;
  readonly onDone: (what: string) => void;
}

const minute = 60_000;
const mutes: readonly { readonly id: string; readonly label: string; readonly length: number }[] = [
  { id: "15m", label: "15 min", length: 15 * minute },
  { id: "1h", label: "1 hour", length: 60 * minute },
  { id: "1d", label: "1 day", length: 24 * 60 * minute },
  // The server takes no mute without an end; nobody waits for this one.
  { id: "open", label: "Until unmuted", length: 50 * 365 * 24 * 60 * minute },
];
const roles: readonly Role[] = ["owner", "admin", "member"];

/** What one may do to a person as a member of a room: only what the server would let one do. */
export function MemberActions({ room, userId, name, onDone }: MemberActionsProps) {
  const chat = useChat();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { roomId, log } = room;
  const { member, known } = useMember(room, userId);
  const roomName = log.name ?? "this room";
  const own = userId === log.me;

  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(textOf(failure));
    } finally {
      setBusy(false);
    }
  };

  if (!member) {
    return known ? (
      <section className="section" aria-label={`In ${roomName}`}>
        <p className="quiet" data-testid="not-member">
          Not in this room.
        </p>
        <ErrorText text={error} />
        {canAdd(room) && (
          <button type="button" className="row-button" data-testid="person-add" disabled={busy} onClick={() => void run(() => chat.addMembers(roomId, [userId]))}>
            <Icon name="addPerson" />
            Add to {roomName}
          </button>
        )}
        {canBan(room) && (
          <Confirm
            testId="person-ban"
            icon="ban"
            label="Ban from this room"
            question={`${name} will not find ${roomName} any more, nor join it, until an owner or admin adds them.`}
            verb="Ban"
            onConfirm={async () => {
              await chat.removeMember(roomId, userId, true);
              onDone(`${name} was banned.`);
            }}
          />
        )}
      </section>
    ) : null;
  }
  const muted = isMuted(member.mutedUntil);
  return (
    <section className="section" aria-label={`In ${roomName}`}>
      <label className="field inline">
        <span dir="auto">In {roomName}</span>
        {canSetRole(room, member) && !own ? (
          <select
            data-testid="person-role"
            value={member.role}
            disabled={busy}
            onChange={(event) => void run(() => chat.setRole(roomId, userId, event.target.value as Role))}
          >
            {roles.map((role) => (
              <option key={role} value={role}>
                {role}
              </option>
            ))}
          </select>
        ) : (
          <span className="role" data-testid="person-role">
            {member.role}
          </span>
        )}
      </label>
      {muted && (
        <p className="quiet" data-testid="person-muted">
          Muted{untilText(member.mutedUntil!)}
        </p>
      )}
      {canMute(room, member) && (
        <div className="mutes" role="group" aria-label="Mute">
          <span>Mute</span>
          {mutes.map(({ id, label, length }) => (
            <button
              key={id}
              type="button"
              className="button small"
              data-testid={`mute-${id}`}
              disabled={busy}
              onClick={() => void run(() => chat.mute(roomId, userId, new Date(Date.now() + length).toISOString()))}
            >
              {label}
            </button>
          ))}
          {muted && (
            <button
              type="button"
              className="button small primary"
              data-testid="unmute"
              disabled={busy}
              onClick={() => void run(() => chat.mute(roomId, userId, null))}
            >
              Unmute
            </button>
          )}
        </div>
      )}
      <ErrorText text={error} testId="member-error" />
      {own && canSetRole(room, member) && <GiveUp room={room} />}
      {canRemove(room, member) && (
        <div className="row-buttons">
          <Confirm
            testId="person-remove"
            icon="signOut"
            label="Remove from this room"
            question={`${name} will no longer see ${roomName}, and can ${room.kind === "public" ? "join" : "be added"} again.`}
            verb="Remove"
            onConfirm={async () => {
              await chat.removeMember(roomId, userId, false);
              onDone(`${name} was removed.`);
            }}
          />
          <Confirm
            testId="person-ban"
            icon="ban"
            label="Ban from this room"
            question={`${name} will no longer see ${roomName}, nor join it again, until an owner or admin adds them.`}
            verb="Ban"
            onConfirm={async () => {
              await chat.removeMember(roomId, userId, true);
              onDone(`${name} was banned.`);
            }}
          />
        </div>
      )}
    </section>
  );
}

/** An owner's way back to the ranks, while there is another owner. */
function GiveUp({ room }: { room: RoomState }) {
  const chat = useChat();
  return (
    <Confirm
      testId="give-up-owner"
      icon="person"
      label="Give up being owner"
      question="You will be a plain member. Only another owner can make you owner again."
      verb="Give up"
      onConfirm={() => chat.setRole(room.roomId, room.log.me, "member")}
    />
  );
}

/** The members come in pages without a way to ask for one of them; this far it is worth looking for who may do something about them. */
const pagesAtMost = 10;

/** The member, where they are found; `known` when it is clear that there is none. */
function useMember(room: RoomState, userId: string): { readonly member: Member | undefined; readonly known: boolean } {
  const chat = useChat();
  const { roomId, log } = room;
  const [pages, setPages] = useState(0);
  const member = log.members?.get(userId);
  const missing = log.members === null;
  const wanted = member === undefined && (missing || (log.membersNext !== null && canBan(room))) && pages < pagesAtMost;
  useEffect(() => {
    if (wanted) {
      let current = true;
      chat.loadMembers(roomId, !missing).then(
        () => current && setPages((count) => count + 1),
        () => current && setPages(pagesAtMost),
      );
      return () => {
        current = false;
      };
    }
    return undefined;
  }, [chat, roomId, wanted, missing, pages]);
  return { member, known: !missing && log.membersNext === null };
}
