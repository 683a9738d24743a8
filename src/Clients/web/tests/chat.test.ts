import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Chat } from "../src/chat/chat";
import { Code } from "../src/chat/errors";
import { BrowserTabs } from "./browserTabs";
import { me, type ModelRoom } from "./modelRoom";
import { ModelServer } from "./modelServer";

const settled = () => vi.advanceTimersByTimeAsync(0);
const reconnected = () => vi.advanceTimersByTimeAsync(60_000);

describe("Chat", () => {
  let server: ModelServer;
  let chat: Chat;
  let tabs: BrowserTabs;
  const log = (roomId: string) => chat.store.get().rooms.get(roomId)!.log;
  const status = () => chat.store.get().connection;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new ModelServer();
    tabs = new BrowserTabs();
    chat = new Chat({ api: server.api, me: { userId: me, username: "me", displayName: "Me" }, hub: server.connect, shelf: tabs.open() });
  });

  afterEach(() => {
    chat.stop();
    vi.useRealTimers();
  });

  test("lists rooms and syncs only after the connection is up", async () => {
    server.add("7", 3);
    chat.start();
    await settled();
    expect(server.steps.slice(0, 3)).toEqual(["connect", "list", "Sync"]);
    expect(status()).toBe("online");
  });

  test("after a lost connection it connects again and has what it missed", async () => {
    const room = server.add("7", 3);
    chat.start();
    await settled();
    room.message("2");
    room.message("3");
    server.hub.drop();
    await settled();
    expect(status()).toBe("waiting");
    await reconnected();
    expect(status()).toBe("online");
    expect(log("7").messages.map((m) => m.seq)).toEqual([5, 6]);
    expect(log("7").unread).toBe(room.item().unread);
  });

  test("while the server is away it keeps trying", async () => {
    server.add("7", 1);
    server.up = false;
    chat.start();
    await reconnected();
    expect(status()).not.toBe("online");
    server.up = true;
    await reconnected();
    expect(status()).toBe("online");
  });

  test("a stopped chat makes no further connection", async () => {
    chat.start();
    await settled();
    chat.stop();
    await reconnected();
    expect(server.hubs.length).toBe(1);
    expect(status()).toBe("stopped");
  });

  test("a connection that answers nothing is dropped when the network changes", async () => {
    chat.start();
    await settled();
    server.dead = true;
    chat.check();
    chat.check();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(status()).toBe("online");
    expect(server.steps.filter((step) => step === "Ping").length).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(status()).toBe("waiting");
    server.dead = false;
    await reconnected();
    expect(status()).toBe("online");
  });

  test("a connection that answers stays when the network changes", async () => {
    chat.start();
    await settled();
    chat.retryNow();
    await reconnected();
    expect(status()).toBe("online");
    expect(server.hubs.length).toBe(1);
  });

  test("lagging makes a Sync", async () => {
    const room = server.add("7", 1);
    chat.start();
    await settled();
    room.message("2");
    server.hub.push("lagging", "7", 2);
    await settled();
    expect(log("7").cursor).toBe(3);
  });

  test("a room gained is listed and synced, a room lost is gone", async () => {
    server.add("7", 1);
    chat.start();
    await settled();
    server.add("8", 2);
    server.rooms.delete("7");
    server.hub.push("rooms", { roomId: "8", change: "joined", seq: 1 });
    await settled();
    expect([...chat.store.get().rooms.keys()]).toEqual(["8"]);
    expect(server.hub.calls.at(-1)).toEqual({ method: "Sync", args: [{ "8": 3 }] });
  });

  test("a room that Sync says is gone is forgotten", async () => {
    server.add("7", 1);
    chat.start();
    await settled();
    server.rooms.delete("7");
    server.hub.push("lagging", "7", 2);
    await settled();
    expect(chat.store.get().rooms.size).toBe(0);
  });

  test("reading on another device clears the badge here", async () => {
    const room = server.add("7", 2);
    chat.start();
    await settled();
    expect(log("7").unread).toBe(2);
    server.hub.push("read", "7", me, room.lastSeq);
    expect(log("7").unread).toBe(0);
    server.hub.push("read", "7", "2", 1);
    expect(log("7").readSeq).toBe(room.lastSeq);
  });

  test("typing ends by itself and with the message", async () => {
    const room = server.add("7", 1);
    chat.start();
    await settled();
    const typing = () => [...chat.store.get().rooms.get("7")!.typing.keys()];
    server.hub.push("typing", "7", "2");
    server.hub.push("typing", "7", "3");
    expect(typing()).toEqual(["2", "3"]);
    room.message("2");
    server.hub.push("events", "7", [room.event(3)]);
    expect(typing()).toEqual(["3"]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(typing()).toEqual([]);
  });

  test("who is out of the room does not type in it", async () => {
    server.add("7", 1);
    chat.start();
    await settled();
    server.hub.push("typing", "7", "2");
    const removed = { kind: "member", userId: "2", change: "removed", seq: log("7").cursor + 1, by: "3", at: "" };
    server.hub.push("events", "7", [removed]);
    expect(chat.store.get().rooms.get("7")!.typing.size).toBe(0);
  });

  test("a send whose answer was lost with the connection is there once", async () => {
    const room = server.add("7", 1);
    chat.start();
    await settled();
    server.sendFails = new Error("Invocation canceled due to the underlying connection being closed.");
    chat.send("7", "hello");
    server.hub.drop();
    await settled();
    expect(chat.store.get().rooms.get("7")!.sends).toMatchObject([{ text: "hello", state: "pending" }]);
    server.sendFails = null;
    await reconnected();
    expect(chat.store.get().rooms.get("7")!.sends).toEqual([]);
    expect(room.messages().filter((m) => m.by === me).length).toBe(1);
  });

  test("a send that never arrived goes out again on the next connection", async () => {
    const room = server.add("7", 1);
    chat.start();
    await settled();
    server.sendFails = new Error("Invocation canceled due to the underlying connection being closed.");
    server.deaf = true;
    chat.send("7", "hello");
    server.hub.drop();
    await settled();
    server.sendFails = null;
    server.deaf = false;
    await reconnected();
    expect(room.messages().filter((m) => m.by === me).length).toBe(1);
  });

  test("a message that was refused becomes a draft again, before what was written since", async () => {
    server.add("7", 1);
    chat.start();
    await settled();
    server.sendFails = new Error("An error occurred. HubException: message.too_long: Too long.");
    server.deaf = true;
    chat.send("7", "far too long");
    chat.drafts.set("7", "written since");
    await settled();
    const [send] = chat.store.get().rooms.get("7")!.sends;
    expect(send).toMatchObject({ state: "failed", error: "Too long." });
    chat.takeBack("7", send!.clientId);
    expect(chat.drafts.get("7")).toBe("far too long\nwritten since");
    expect(chat.store.get().rooms.get("7")!.sends).toEqual([]);
  });

  describe("with a room", () => {
    let room: ModelRoom;
    const state = () => chat.store.get().rooms.get("7")!;
    const push = (from = log("7").cursor): void => server.hub.push("events", "7", room.log.slice(from));

    beforeEach(async () => {
      room = server.add("7", 3);
      chat.start();
      await settled();
    });

    test("an action is a hub call, and its refusal a ChatError", async () => {
      await chat.edit("7", 2, "better");
      await chat.remove("7", 2);
      await chat.react("7", 3, "👍", true);
      expect(server.hub.calls.slice(-3).map(({ method, args }) => [method, ...args])).toEqual([
        ["Edit", "7", 2, "better"],
        ["Delete", "7", 2],
        ["React", "7", 3, "👍", true],
      ]);
      server.refusal = new Error("HubException: message.not_found: There is no such message.");
      await expect(chat.edit("7", 2, "best")).rejects.toMatchObject({ code: "message.not_found", message: "There is no such message." });
    });

    test("an action without a connection is undecided", async () => {
      server.hub.drop();
      await expect(chat.react("7", 2, "👍", true)).rejects.toMatchObject({ code: Code.disconnected, undecided: true });
    });

    test("what arrives before the user's eyes is read at once, and elsewhere is not", async () => {
      const unread: number[] = [];
      const stop = chat.store.subscribe(() => unread.push(log("7").unread));
      chat.see("7");
      expect(log("7")).toMatchObject({ unread: 0, readSeq: 4 });
      unread.length = 0;
      room.message("2");
      push();
      expect(unread.every((count) => count === 0), "never unread in between").toBe(true);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(server.hub.calls.filter((c) => c.method === "MarkRead").at(-1)!.args).toEqual(["7", 5]);
      chat.see(null);
      room.message("2");
      push();
      expect(log("7").unread).toBe(1);
      stop();
    });

    test("in a window that is not at the end nothing new is before the user's eyes", async () => {
      for (let i = 0; i < 100; i++) {
        room.message("2");
      }
      push();
      await chat.jump("7", 2);
      await chat.toFirst("7");
      chat.open(null);
      chat.open("7");
      await settled();
      chat.see("7");
      expect(log("7").to).not.toBeNull();
      expect(log("7").unread).toBe(103);
    });

    test("members bring read marks, and pushes move them on", async () => {
      room.members.set("2", { userId: "2", role: "member", mutedUntil: null, readSeq: null });
      await chat.loadMembers("7");
      expect(state().reads).toEqual(new Map([["2", 2]]));
      server.hub.push("read", "7", "2", 4);
      server.hub.push("read", "7", "2", 3);
      expect(state().reads).toEqual(new Map([["2", 4]]));
    });

    test("pins are kept by events, and fetched again when one is held nowhere", async () => {
      room.pin("2", 2, true);
      push();
      await chat.loadPins("7");
      expect(state().pins!.map((m) => m.seq)).toEqual([2]);
      room.pin("2", 3, true);
      push();
      await settled();
      expect(state().pins).toEqual(room.pins().items);
      room.pin("2", 2, false);
      push();
      expect(state().pins!.map((m) => m.seq)).toEqual([3]);
    });

    test("a thread is fetched from its end, older pages on demand, and takes what is sent into it", async () => {
      for (let i = 0; i < 70; i++) {
        room.message("2", { thread: 2 });
      }
      push();
      await chat.openThread("7", 2);
      expect(state().thread).toMatchObject({ root: 2, state: "idle", rootMessage: { seq: 2, threadCount: 70 } });
      expect(state().thread!.messages.length).toBe(50);
      const seq = room.message("3", { thread: 2 });
      push();
      expect(state().thread!.messages.at(-1)!.seq).toBe(seq);
      await chat.loadMoreOfThread("7");
      expect(state().thread).toMatchObject({ from: 0, rootMessage: { threadCount: 71 } });
      expect(state().thread!.messages).toEqual(room.messages().filter((m) => m.thread === 2));
      chat.closeThread("7");
      expect(state().thread).toBeNull();
    });

    test("a thread that is opened before its first message has come gets it when it comes", async () => {
      const root = room.message("2");
      await chat.openThread("7", root);
      expect(state().thread).toMatchObject({ root, state: "idle", rootMessage: null });
      push();
      expect(state().thread!.rootMessage).toEqual(room.messages().find((m) => m.seq === root));
      const seq = room.message("3", { thread: root });
      push();
      expect(state().thread).toMatchObject({ rootMessage: { seq: root, threadCount: 1 }, messages: [{ seq }] });
    });

    test("a thread whose first message is not there fails", async () => {
      await chat.openThread("7", 99);
      expect(state().thread).toMatchObject({ state: "failed", rootMessage: null });
    });

    test("a message goes into its thread, and back into that thread's draft when it is refused", async () => {
      server.sendFails = new Error("HubException: room.muted: You are muted.");
      server.deaf = true;
      chat.send("7", "hello", { thread: 2, replyTo: 3 });
      await settled();
      expect(server.hub.calls.at(-1)).toMatchObject({ method: "Send", args: ["7", { text: "hello", thread: 2, replyTo: 3 }] });
      const [send] = state().sends;
      expect(send).toMatchObject({ thread: 2, state: "failed" });
      chat.takeBack("7", send!.clientId);
      expect([chat.drafts.get("7", 2), chat.drafts.get("7")]).toEqual(["hello", ""]);
    });

    test("one's changed profile is shown everywhere", async () => {
      await chat.updateMe({ displayName: "New", status: "away" });
      expect(chat.store.get().me).toMatchObject({ displayName: "New", status: "away" });
      expect(chat.store.get().users.get(me)).toMatchObject({ displayName: "New" });
    });
  });
});
