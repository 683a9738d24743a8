import type { RoomState } from "../chat/store";
import type { Member, Role } from "../chat/types";

/*
 * What the server would let this user do, by "Who may do what" of the contract, so that nothing else is offered. The server decides all
 * the same, and says why when it refuses.
 */

const rank: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

const leads = (room: RoomState): boolean => rank[room.log.role] >= rank.admin;
const isDirect = (room: RoomState): boolean => room.kind === "direct";

/** Highest role first. */
export const byRole = (a: Role, b: Role): number => rank[b] - rank[a];

export const isMuted = (mutedUntil: string | null, now = Date.now()): boolean => mutedUntil !== null && Date.parse(mutedUntil) > now;

/** Sending, reacting, and editing one's own messages. */
export const canWrite = (room: RoomState): boolean => !room.log.archived && !isMuted(room.mutedUntil);

/** Deleting the messages of others; one's own go in every room that is not archived. */
export const canRemoveMessages = (room: RoomState): boolean => leads(room) && !room.log.archived;

export const canRename = (room: RoomState): boolean => !isDirect(room) && leads(room) && !room.log.archived;

export const canArchive = (room: RoomState): boolean => !isDirect(room) && room.log.role === "owner";

export const canLeave = (room: RoomState): boolean => !isDirect(room);

export const canAdd = (room: RoomState): boolean => !isDirect(room) && !room.log.archived && (room.kind === "public" || leads(room));

/** Removing and banning, which also go in an archived room. */
export const canRemove = (room: RoomState, member: Member): boolean =>
  !isDirect(room) && leads(room) && rank[member.role] < rank[room.log.role];

export const canMute = (room: RoomState, member: Member): boolean => canRemove(room, member) && !room.log.archived;

/** Owners give roles to anybody, and give up their own only while there is another owner. */
export function canSetRole(room: RoomState, member: Member): boolean {
  const { role, archived, me, members } = room.log;
  if (isDirect(room) || archived || role !== "owner") {
    return false;
  }
  return member.userId !== me || [...(members?.values() ?? [])].some((m) => m.role === "owner" && m.userId !== me);
}

/** Banning somebody who is no member. */
export const canBan = (room: RoomState): boolean => !isDirect(room) && leads(room);

export const canPin = (room: RoomState): boolean =>
  !room.log.archived && (isDirect(room) || (leads(room) && !isMuted(room.mutedUntil)));
