import { expect, test } from "vitest";
import { fetchOlder } from "../src/chat/history";
import { openLog, withOlder } from "../src/chat/log";
import type { Message, Page, RoomEvent } from "../src/chat/types";
import { me, ModelRoom, randomOf } from "./modelRoom";

/** The two calls, with something that happens in the room between them. */
function apiOf(room: ModelRoom, between: () => void, sayLastSeq: boolean) {
  return {
    history(_: string, before: number, limit: number): Promise<Page<Message>> {
      const page = room.page(before, limit);
      const answer = { items: page.messages, next: page.first ? null : "more", lastSeq: sayLastSeq ? page.asOf : null };
      between();
      return Promise.resolve(answer);
    },
    events: (_: string, after: number): Promise<{ events: readonly RoomEvent[]; lastSeq: number }> =>
      Promise.resolve({ events: room.log.slice(after, after + 200), lastSeq: room.lastSeq }),
  };
}

const roomOf = (messages: number): ModelRoom => {
  const room = new ModelRoom(randomOf(3));
  for (let i = 0; i < messages; i++) {
    room.message("2");
  }
  return room;
};

test("a page of a quiet room is what it was at the cursor", async () => {
  const room = roomOf(80);
  const log = openLog(room.item(), me);
  const page = await fetchOlder(apiOf(room, () => undefined, false), "7", log);
  expect(page).toMatchObject({ asOf: 81, first: false });
  expect(withOlder(log, page!)!.messages.length).toBe(50);
});

test("new messages do not matter to a page of old ones", async () => {
  const room = roomOf(10);
  const log = openLog(room.item(), me);
  expect(await fetchOlder(apiOf(room, () => room.message("3"), false), "7", log)).toMatchObject({ asOf: 11, first: true });
});

test("a page whose messages change meanwhile is asked for again", async () => {
  const room = roomOf(10);
  const log = openLog(room.item(), me);
  expect(await fetchOlder(apiOf(room, () => room.react("3", 5, "👍"), false), "7", log)).toBeNull();
});

test("a page that says what it reflects is taken at its word", async () => {
  const room = roomOf(10);
  const log = openLog(room.item(), me);
  expect(await fetchOlder(apiOf(room, () => room.react("3", 5, "👍"), true), "7", log)).toMatchObject({ asOf: 11 });
});

test("more events than one answer holds leave it open", async () => {
  const room = roomOf(10);
  const log = openLog(room.item(), me);
  const flood = (): void => {
    for (let i = 0; i < 300; i++) {
      room.message("3");
    }
  };
  expect(await fetchOlder(apiOf(room, flood, false), "7", log)).toBeNull();
});
