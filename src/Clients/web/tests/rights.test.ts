import { describe, expect, test } from "vitest";
import type { RoomState } from "../src/chat/store";
import type { Member, Role, RoomKind } from "../src/chat/types";
import {
  byRole,
  canAdd,
  canArchive,
  canBan,
  canLeave,
  canMute,
  canPin,
  canRemove,
  canRemoveMessages,
  canRename,
  canSetRole,
  canWrite,
  isMuted,
} from "../src/ui/rights";

const me = "1";
const member = (userId: string, role: Role): Member => ({ userId, role, mutedUntil: null, readSeq: null });

interface Given {
  readonly kind?: RoomKind;
  readonly role?: Role;
  readonly archived?: boolean;
  readonly mutedUntil?: string | null;
  readonly others?: readonly Member[];
}

function room({ kind = "private", role = "member", archived = false, mutedUntil = null, others = [] }: Given): RoomState {
  const members = new Map([member(me, role), ...others].map((m) => [m.userId, m]));
  return { kind, mutedUntil, log: { me, role, archived, members } } as unknown as RoomState;
}

const roles: readonly Role[] = ["owner", "admin", "member"];

describe("who may do what", () => {
  test("name and topic belong to owners and admins, while the room is open", () => {
    expect(roles.map((role) => canRename(room({ role })))).toEqual([true, true, false]);
    expect(roles.map((role) => canRename(room({ role, archived: true })))).toEqual([false, false, false]);
  });

  test("owners archive, and open again", () => {
    expect(roles.map((role) => canArchive(room({ role })))).toEqual([true, false, false]);
    expect(roles.map((role) => canArchive(room({ role, archived: true })))).toEqual([true, false, false]);
  });

  test("members add people to public rooms, owners and admins also to private ones", () => {
    expect(roles.map((role) => canAdd(room({ role, kind: "public" })))).toEqual([true, true, true]);
    expect(roles.map((role) => canAdd(room({ role })))).toEqual([true, true, false]);
    expect(roles.map((role) => canAdd(room({ role, kind: "public", archived: true })))).toEqual([false, false, false]);
  });

  test("removing, banning and muting go down the ranks only", () => {
    const allowed = (can: typeof canRemove, archived: boolean) =>
      roles.map((role) => roles.filter((other) => can(room({ role, archived }), member("2", other))));
    expect(allowed(canRemove, false)).toEqual([["admin", "member"], ["member"], []]);
    expect(allowed(canRemove, true)).toEqual([["admin", "member"], ["member"], []]);
    expect(allowed(canMute, false)).toEqual([["admin", "member"], ["member"], []]);
    expect(allowed(canMute, true)).toEqual([[], [], []]);
    expect(roles.map((role) => canBan(room({ role })))).toEqual([true, true, false]);
  });

  test("owners give roles; the last one keeps their own", () => {
    const given = (role: Role, others: readonly Member[]) => canSetRole(room({ role, others }), others[0] ?? member(me, role));
    expect(roles.map((role) => given(role, [member("2", "owner")]))).toEqual([true, false, false]);
    const own = (others: readonly Member[]) => canSetRole(room({ role: "owner", others }), member(me, "owner"));
    expect(own([member("2", "admin")])).toBe(false);
    expect(own([member("2", "owner")])).toBe(true);
    expect(canSetRole(room({ role: "owner", archived: true }), member("2", "member"))).toBe(false);
  });

  test("owners and admins pin unless they are muted; in direct rooms everybody pins", () => {
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(roles.map((role) => canPin(room({ role })))).toEqual([true, true, false]);
    expect(roles.map((role) => canPin(room({ role, mutedUntil: later })))).toEqual([false, false, false]);
    expect(canPin(room({ kind: "direct" }))).toBe(true);
    expect(canPin(room({ role: "owner", archived: true }))).toBe(false);
  });

  test("the muted and those in archived rooms do not write; owners and admins delete what others wrote", () => {
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(canWrite(room({}))).toBe(true);
    expect(canWrite(room({ role: "owner", archived: true }))).toBe(false);
    expect(canWrite(room({ role: "admin", mutedUntil: later }))).toBe(false);
    expect(roles.map((role) => canRemoveMessages(room({ role, mutedUntil: later })))).toEqual([true, true, false]);
    expect(roles.map((role) => canRemoveMessages(room({ role, archived: true })))).toEqual([false, false, false]);
  });

  test("direct rooms are fixed", () => {
    const direct = room({ kind: "direct", role: "owner" });
    const other = member("2", "member");
    expect([canRename(direct), canArchive(direct), canAdd(direct), canLeave(direct), canBan(direct)]).toEqual(Array(5).fill(false));
    expect([canRemove(direct, other), canMute(direct, other), canSetRole(direct, other)]).toEqual(Array(3).fill(false));
  });
});

test("a mute ends at its time", () => {
  const at = Date.parse("2026-11-21T03:00:00.000Z");
  expect(isMuted("2026-11-21T03:00:00.001Z", at)).toBe(true);
  expect(isMuted("2026-11-21T03:00:00.000Z", at)).toBe(false);
  expect(isMuted(null, at)).toBe(false);
});

test("roles are listed from the highest", () => {
  expect(["member", "owner", "admin"].sort((a, b) => byRole(a as Role, b as Role))).toEqual(["owner", "admin", "member"]);
});
