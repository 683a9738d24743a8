import type { Api } from "./api";
import type { HistoryPage, RoomLog } from "./log";

const pageSize = 50;

/**
 * Fetches the page in front of what the log holds. Null when the page came while something happened to its messages, so that nobody can
 * tell whether it shows that already: ask again.
 */
export async function fetchOlder(api: Pick<Api, "history" | "events">, roomId: string, log: RoomLog): Promise<HistoryPage | null> {
  const before = log.from + 1;
  const page = await api.history(roomId, before, pageSize);
  const asOf = page.lastSeq ?? (await unchangedSince(api, roomId, log.cursor, new Set(page.items.map((m) => m.seq))));
  return asOf === null
    ? null
    : { before, messages: page.items, first: page.items.length === 0 || (page.next === null && page.items.length < pageSize), asOf };
}

/**
 * The page was read at or after `cursor`, and the log is read after the page: when nothing between concerns its messages, they are what
 * they were at `cursor`.
 */
async function unchangedSince(
  api: Pick<Api, "events">,
  roomId: string,
  cursor: number,
  page: ReadonlySet<number>,
): Promise<number | null> {
  const { events, lastSeq } = await api.events(roomId, cursor);
  const complete = (events.at(-1)?.seq ?? cursor) >= lastSeq;
  return complete && !events.some((e) => "target" in e && page.has(e.target)) ? cursor : null;
}
