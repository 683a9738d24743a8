import type { RoomState } from "../chat/store";
import type { Message, Presence, User } from "../chat/types";
import { plainText } from "./markdown/parse";
import { matchOf } from "./match";

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

const formatted = (format: Intl.DateTimeFormat, at: string): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : format.format(date);
};

export const clockText = (at: string): string => formatted(timeOfDay, at);

/** The time without "AM" or "PM", for places that are narrow. */
export function narrowClockText(at: string): string {
  const date = new Date(at);
  const parts = Number.isNaN(date.getTime()) ? [] : timeOfDay.formatToParts(date);
  return parts
    .filter((part) => part.type !== "dayPeriod")
    .map((part) => part.value)
    .join("")
    .trim();
}

export const fullText = (at: string): string => formatted(full, at);

/** A key that two times share when they fall on the same day here. */
export const dayOf = (at: string): string => new Date(at).toDateString();

export function dayText(at: string, now = new Date()): string {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  const day = dayOf(at);
  return day === now.toDateString() ? "Today" : day === yesterday.toDateString() ? "Yesterday" : formatted(longDate, at);
}

/** Short enough for the room list: the time today, the date before. */
export const listTimeText = (at: string): string =>
  at === "" ? "" : dayOf(at) === new Date().toDateString() ? clockText(at) : formatted(shortDate, at);

export const nameOf = (users: ReadonlyMap<string, User>, userId: string): string => users.get(userId)?.displayName ?? "…";

/** What a room is called; a direct room by the others in it. */
export function roomTitle(room: RoomState, users: ReadonlyMap<string, User>): string {
  if (room.log.name) {
    return room.log.name;
  }
  if (room.kind !== "direct") {
    return "Room without a name";
  }
  return room.others.length > 0 ? room.others.map((userId) => nameOf(users, userId)).join(", ") : "Notes to yourself";
}

/** How well a room fits what was typed, by its title and by the user names of a direct room; see matchOf. */
export function roomMatch(room: RoomState, users: ReadonlyMap<string, User>, query: string): number | null {
  const names = [roomTitle(room, users), ...room.others.map((userId) => users.get(userId)?.username ?? "")];
  const places = names.map((name) => matchOf(name, query)).filter((place) => place !== null);
  return places.length === 0 ? null : Math.min(...places);
}

/** The other one in a direct room of two, whose presence the room shows. */
export const peerOf = (room: RoomState): string | null => (room.others.length === 1 ? room.others[0]! : null);

export function previewText(message: Message): string {
  if (message.deleted) {
    return "Message deleted";
  }
  return plainText(message.text) || (message.attachments.length > 0 ? "Attachment" : "");
}

export const badgeText = (count: number): string => (count > 999 ? "999+" : String(count));

/** One of eight colours, always the same for the same id. */
export function hueOf(id: string): string {
  let sum = 0;
  for (let i = 0; i < id.length; i++) {
    sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  }
  return `hue-${sum % 8}`;
}

/** Up to two first letters, whole ones also outside the basic plane. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).slice(0, 2);
  return words.map((word) => [...word][0] ?? "").join("").toUpperCase();
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const minute = 60_000;

/** Whether somebody is there, or when they last were. */
export function presenceText(presence: Presence | undefined, now = Date.now()): string {
  if (presence?.status === "online") {
    return "Online";
  }
  if (presence?.status === "away") {
    return "Away";
  }
  const ago = agoText(presence?.lastSeen ?? "", now);
  return ago === "" ? "Offline" : `Last seen ${ago}`;
}

export function agoText(at: string, now = Date.now()): string {
  const minutes = Math.floor((now - Date.parse(at)) / minute);
  if (Number.isNaN(minutes)) {
    return "";
  }
  return minutes < 1
    ? "just now"
    : minutes < 60
      ? relative.format(-minutes, "minute")
      : minutes < 24 * 60
        ? relative.format(-Math.floor(minutes / 60), "hour")
        : relative.format(-Math.floor(minutes / 60 / 24), "day");
}

/** Far enough away to say that it does not end by itself. */
const forGood = 10 * 365 * 24 * 60 * minute;

/** " until" when a mute ends, or nothing for one that does not end by itself. */
export function untilText(until: string, now = Date.now()): string {
  if (Date.parse(until) - now > forGood) {
    return "";
  }
  return ` until ${dayOf(until) === new Date(now).toDateString() ? "" : `${formatted(shortDate, until)}, `}${clockText(until)}`;
}

export const countText = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`);
