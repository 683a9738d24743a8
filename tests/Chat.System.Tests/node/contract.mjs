// Drives the hub contract end to end with the official SignalR client. Exit code 0: everything was as the contract says.
// Usage: node contract.mjs http://127.0.0.1:PORT
import assert from "node:assert/strict";
import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";

const server = process.argv[2];
const limit = 30_000;
const password = "correct horse battery";

async function rest(method, path, token, body) {
  const answer = await fetch(server + path, {
    method,
    headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

/** A user with one connection, whose pushes are kept by name. */
async function join(username, options = {}) {
  const auth = await rest("POST", "/api/auth/register", null, { username, password });
  return connect(auth, options);
}

async function connect(auth, options = {}) {
  const hub = new HubConnectionBuilder()
    .withUrl(server + "/hubs/chat", { accessTokenFactory: () => auth.accessToken, ...options })
    .configureLogging(LogLevel.None)
    .build();
  const pushes = [];
  let wake = () => undefined;
  for (const name of ["events", "read", "typing", "presence", "rooms", "notify", "lagging", "bye"]) {
    hub.on(name, (...args) => {
      pushes.push({ name, args });
      wake();
    });
  }
  const closed = new Promise((resolve) => hub.onclose((error) => resolve(error)));
  await hub.start();
  const until = async (what, find) => {
    const due = AbortSignal.timeout(limit);
    for (;;) {
      const found = find(pushes);
      if (found) {
        return found;
      }
      await new Promise((resolve, reject) => {
        wake = resolve;
        due.addEventListener("abort", () => reject(new Error(`no ${what} at ${auth.user.username}: ${JSON.stringify(pushes)}`)), { once: true });
      });
    }
  };
  const event = (roomId, which) =>
    until("event " + which, (all) =>
      all.filter((p) => p.name === "events" && p.args[0] === roomId).flatMap((p) => p.args[1]).find(which));
  const push = (name, which) => until(name, (all) => all.find((p) => p.name === name && which(...p.args)));
  return { auth, id: auth.user.userId, token: auth.accessToken, hub, pushes, closed, event, push };
}

async function refused(code, call) {
  await assert.rejects(call, (error) => {
    assert.match(error.message, new RegExp(`HubException: ${code.replace(".", "\\.")}: .`), error.message);
    return true;
  });
}

const step = async (name, work) => {
  try {
    await work();
    console.log(`ok - ${name}`);
  } catch (error) {
    console.log(`not ok - ${name}`);
    throw error;
  }
};

const ann = await join("ann.node");
// Once without and once with negotiation: both are ways that clients take.
const ben = await join("ben.node", { skipNegotiation: true, transport: HttpTransportType.WebSockets });
const { roomId } = await rest("POST", "/api/rooms", ann.token, { kind: "private", name: "Node", memberIds: [ben.id] });
const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
let seq;

await step("rooms is pushed to whoever gains one", async () => {
  const { args } = await ben.push("rooms", (change) => change.roomId === roomId);
  assert.equal(args[0].change, "joined");
  assert.equal(typeof args[0].seq, "number");
});

await step("Send answers and is pushed to all, the sender included", async () => {
  const message = { clientId: "node-1", text: `hello @ben.node 👋 한글 "quoted" <b>` };
  const ack = await ann.hub.invoke("Send", roomId, message);
  assert.deepEqual(Object.keys(ack).sort(), ["at", "messageId", "roomId", "seq"]);
  assert.equal(ack.roomId, roomId);
  assert.match(ack.at, at);
  assert.match(ack.messageId, /^[1-9]\d{0,18}$/);
  seq = ack.seq;
  for (const user of [ann, ben]) {
    const event = await user.event(roomId, (e) => e.seq === seq);
    assert.deepEqual(
      { ...event, message: undefined },
      { seq, kind: "message", at: ack.at, by: ann.id, message: undefined },
    );
    assert.deepEqual(event.message, {
      id: ack.messageId, seq, by: ann.id, at: ack.at, text: message.text, clientId: "node-1", replyTo: null, thread: null,
      mentions: [ben.id], mentionsRoom: false, attachments: [], editedAt: null, deleted: false, pinned: false, reactions: [],
    });
  }
  assert.deepEqual(await ann.hub.invoke("Send", roomId, message), ack, "the same clientId answers the same");
  await refused("message.client_id_reused", ann.hub.invoke("Send", roomId, { ...message, text: "other" }));
});

await step("replies and threads", async () => {
  const reply = await ben.hub.invoke("Send", roomId, { clientId: "node-2", text: "yes", replyTo: seq, thread: seq, tomorrow: 1 });
  const event = await ann.event(roomId, (e) => e.seq === reply.seq);
  assert.equal(event.message.replyTo, seq);
  assert.equal(event.message.thread, seq);
  await refused("message.reply_invalid", ben.hub.invoke("Send", roomId, { clientId: "node-3", text: "no", replyTo: 999 }));
});

await step("Edit, React, Delete", async () => {
  await refused("room.forbidden", ben.hub.invoke("Edit", roomId, seq, "not mine"));
  await ann.hub.invoke("Edit", roomId, seq, "edited");
  const edit = await ben.event(roomId, (e) => e.kind === "edit");
  assert.equal(edit.target, seq);
  assert.equal(edit.text, "edited");
  await ben.hub.invoke("React", roomId, seq, "👍", true);
  const reaction = await ann.event(roomId, (e) => e.kind === "reaction" && e.on === true);
  assert.deepEqual([reaction.target, reaction.emoji, reaction.by], [seq, "👍", ben.id]);
  await refused("reaction.invalid", ben.hub.invoke("React", roomId, seq, "thumb", true));
  await ben.hub.invoke("React", roomId, seq, "👍", false);
  await ann.event(roomId, (e) => e.kind === "reaction" && e.on === false);
  await ann.hub.invoke("Delete", roomId, seq);
  assert.equal((await ben.event(roomId, (e) => e.kind === "delete")).target, seq);
});

await step("Typing is passed on", async () => {
  await ann.hub.invoke("Typing", roomId);
  const { args } = await ben.push("typing", (room) => room === roomId);
  assert.deepEqual(args, [roomId, ann.id]);
});

await step("MarkRead reaches the user's other connection and the others of a small room", async () => {
  const { lastSeq } = await rest("GET", `/api/rooms/${roomId}`, ben.token);
  const elsewhere = await connect(ben.auth);
  await ben.hub.invoke("MarkRead", roomId, lastSeq);
  for (const user of [elsewhere, ann]) {
    const { args } = await user.push("read", (room, user_, mark) => room === roomId && user_ === ben.id && mark === lastSeq);
    assert.deepEqual(args, [roomId, ben.id, lastSeq]);
  }
  await elsewhere.hub.stop();
});

await step("Sync gives precisely what is lacking", async () => {
  const [all] = await ben.hub.invoke("Sync", { [roomId]: 0 });
  assert.deepEqual(Object.keys(all).sort(), ["events", "lastSeq", "more", "reset", "roomId"]);
  assert.deepEqual([all.roomId, all.more, all.reset], [roomId, false, false]);
  assert.deepEqual(all.events.map((e) => e.seq), Array.from({ length: all.lastSeq }, (_, i) => i + 1));
  const [rest_] = await ben.hub.invoke("Sync", { [roomId]: all.lastSeq - 1 });
  assert.deepEqual(rest_.events, all.events.slice(-1));
  const [beyond] = await ben.hub.invoke("Sync", { [roomId]: all.lastSeq + 1 });
  assert.equal(beyond.reset, true);
});

await step("Watch and presence", async () => {
  const [now] = await ann.hub.invoke("Watch", [ben.id]);
  assert.equal(now.userId, ben.id);
  assert.equal(now.state, "online");
  await ben.hub.stop();
  const { args } = await ann.push("presence", (user, state) => user === ben.id && state === "offline");
  assert.match(args[2], at);
});

await step("Ping answers the server's time, and void methods answer nothing", async () => {
  assert.match(await ann.hub.invoke("Ping"), at);
  assert.equal((await ann.hub.invoke("Typing", roomId)) ?? null, null);
});

await step("refusals carry a code", async () => {
  await refused("room.not_found", ann.hub.invoke("Send", "123", { clientId: "x", text: "x" }));
  await refused("message.empty", ann.hub.invoke("Send", roomId, { clientId: "x", text: "" }));
  await refused("message.too_long", ann.hub.invoke("Send", roomId, { clientId: "x", text: "x".repeat(8193) }));
  await refused("request.invalid", ann.hub.invoke("Send", "not an id", { clientId: "x", text: "x" }));
});

await step("bye before the server closes", async () => {
  await rest("POST", "/api/auth/logout", null, { refreshToken: ann.auth.refreshToken });
  await ann.push("bye", (reason) => reason === "session.ended");
  await ann.closed;
});

console.log("all ok");
process.exit(0);
