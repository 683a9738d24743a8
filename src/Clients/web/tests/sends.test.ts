import { describe, expect, test } from "vitest";
import { ChatError, Code } from "../src/chat/errors";
import { Sender } from "../src/chat/sends";
import type { Send } from "../src/chat/store";
import type { SendAnswer, SendRequest } from "../src/chat/types";
import { me, ModelRoom, randomOf } from "./modelRoom";

const settled = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) {
    await Promise.resolve();
  }
};

class Bench {
  readonly room = new ModelRoom(randomOf(1));
  readonly requests: SendRequest[] = [];
  shown: readonly Send[] = [];
  cursor = 1;
  #ids = 0;
  /** What the server does with a send; the honest one keeps each clientId once. */
  answer: (request: SendRequest) => Promise<SendAnswer> = (request) => Promise.resolve(this.honest(request));
  readonly sender = new Sender({
    send: (_, request) => {
      this.requests.push(request);
      return this.answer(request);
    },
    cursor: () => this.cursor,
    show: (_, sends) => (this.shown = sends),
    newId: () => `id${++this.#ids}`,
    wait: () => Promise.resolve(),
  });

  honest(request: SendRequest): SendAnswer {
    const held = this.room.messages().find((m) => m.clientId === request.clientId);
    if (!held) {
      this.room.message(me, { clientId: request.clientId });
    }
    const seq = held?.seq ?? this.room.lastSeq;
    return { roomId: "7", seq, messageId: String(seq), at: "" };
  }

  /** The log's events up to now reach the client. */
  deliver(): void {
    const events = this.room.log.slice(this.cursor);
    this.cursor = this.room.lastSeq;
    this.sender.applied("7", events, me);
  }

  texts = (): string[] => this.shown.map((s) => `${s.text} ${s.state}`);
}

describe("Sender", () => {
  test("a send is shown at once, and until the log has it", async () => {
    const bench = new Bench();
    bench.sender.send("7", "hello");
    expect(bench.texts()).toEqual(["hello pending"]);
    await settled();
    expect(bench.texts()).toEqual(["hello acknowledged"]);
    bench.deliver();
    expect(bench.shown).toEqual([]);
  });

  test("the event may come before the acknowledgement", async () => {
    const bench = new Bench();
    bench.answer = (request) => {
      const answer = bench.honest(request);
      bench.deliver();
      return Promise.resolve(answer);
    };
    bench.sender.send("7", "hello");
    await settled();
    expect(bench.shown).toEqual([]);
  });

  test("the acknowledgement of what a fresh log holds already ends the send", async () => {
    const bench = new Bench();
    bench.answer = (request) => {
      const answer = bench.honest(request);
      bench.cursor = answer.seq; // The room was fetched afresh: no event passed by.
      return Promise.resolve(answer);
    };
    bench.sender.send("7", "hello");
    await settled();
    expect(bench.shown).toEqual([]);
  });

  test("sends of a room go one after another", async () => {
    const bench = new Bench();
    let release!: () => void;
    bench.answer = (request) => new Promise((resolve) => (release = () => resolve(bench.honest(request))));
    bench.sender.send("7", "first");
    bench.sender.send("7", "second");
    await settled();
    expect(bench.requests.length).toBe(1);
    release();
    await settled();
    expect(bench.requests.map((r) => r.text)).toEqual(["first", "second"]);
  });

  test("a refusal is shown as failed, and a retry goes under the same clientId", async () => {
    const bench = new Bench();
    bench.answer = () => Promise.reject(new ChatError("message.too_long", "Too long."));
    bench.sender.send("7", "hello");
    await settled();
    expect(bench.shown).toMatchObject([{ state: "failed", error: "Too long." }]);
    bench.answer = (request) => Promise.resolve(bench.honest(request));
    bench.sender.retry("7", bench.shown[0]!.clientId);
    await settled();
    bench.deliver();
    expect(bench.shown).toEqual([]);
    expect(bench.requests.map((r) => r.clientId)).toEqual(["id1", "id1"]);
  });

  test("a failed send does not hold up the next one", async () => {
    const bench = new Bench();
    bench.answer = (request) =>
      request.text === "bad" ? Promise.reject(new ChatError("message.text_invalid", "No.")) : Promise.resolve(bench.honest(request));
    bench.sender.send("7", "bad");
    bench.sender.send("7", "good");
    await settled();
    expect(bench.texts()).toEqual(["bad failed", "good acknowledged"]);
  });

  test("what the lost connection left undecided is sent again under the same clientId and is there once", async () => {
    const bench = new Bench();
    bench.answer = (request) => {
      bench.honest(request); // It arrived; its acknowledgement did not.
      return Promise.reject(new ChatError(Code.disconnected, "lost"));
    };
    bench.sender.send("7", "hello");
    await settled();
    expect(bench.texts()).toEqual(["hello pending"]);
    bench.answer = (request) => Promise.resolve(bench.honest(request));
    bench.sender.resume();
    await settled();
    bench.deliver();
    expect(bench.shown).toEqual([]);
    expect(bench.room.messages().length).toBe(1);
  });

  test("a busy server is asked again a few times before the send counts as failed", async () => {
    const bench = new Bench();
    bench.answer = () => Promise.reject(new ChatError("server.busy", "Busy."));
    bench.sender.send("7", "hello");
    await settled();
    expect(bench.requests.length).toBe(4);
    expect(bench.texts()).toEqual(["hello failed"]);
  });
});
