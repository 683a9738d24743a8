import { expect, test } from "vitest";
import { Drafts } from "../src/chat/drafts";
import { BrowserTabs } from "./browserTabs";

test("a draft is there after a reload, and gone once it is empty", () => {
  const browser = new BrowserTabs();
  const drafts = new Drafts("1", browser.open());
  drafts.set("7", "half a sentence");
  expect(new Drafts("1", browser.open()).get("7")).toBe("half a sentence");
  drafts.set("7", "");
  expect(new Drafts("1", browser.open()).get("7")).toBe("");
  expect(browser.stored.size).toBe(0);
});

test("rooms, threads and users have drafts of their own", () => {
  const browser = new BrowserTabs();
  const drafts = new Drafts("1", browser.open());
  drafts.set("7", "in the room");
  drafts.set("7", "in the thread", 12);
  drafts.set("71", "in another room");
  expect([drafts.get("7"), drafts.get("7", 12), drafts.get("71"), drafts.get("7", 1)]).toEqual(["in the room", "in the thread", "in another room", ""]);
  expect(new Drafts("12", browser.open()).get("7")).toBe("");
});

test("a draft follows what another tab writes", () => {
  const browser = new BrowserTabs();
  const [here, there] = [new Drafts("1", browser.open()), new Drafts("1", browser.open())];
  let told = 0;
  const stop = there.subscribe(() => told++);
  here.set("7", "text");
  expect(there.get("7")).toBe("text");
  here.set("7", "");
  expect(there.get("7")).toBe("");
  expect(told).toBe(2);
  stop();
  here.set("7", "more");
  expect(told).toBe(2);
});

test("another user's draft is nobody's news", () => {
  const browser = new BrowserTabs();
  const there = new Drafts("2", browser.open());
  let told = 0;
  there.subscribe(() => told++);
  new Drafts("1", browser.open()).set("7", "text");
  expect(told).toBe(0);
});

test("clearing removes this user's drafts only", () => {
  const browser = new BrowserTabs();
  const [mine, theirs] = [new Drafts("1", browser.open()), new Drafts("2", browser.open())];
  mine.set("7", "mine");
  theirs.set("7", "theirs");
  mine.clear();
  expect([mine.get("7"), theirs.get("7")]).toEqual(["", "theirs"]);
  expect([...browser.stored.values()]).toEqual(["theirs"]);
});

test("a draft that cannot be stored lasts as long as the page", () => {
  const shelf = { ...new BrowserTabs().open(), set: () => undefined };
  const drafts = new Drafts("1", shelf);
  drafts.set("7", "text");
  expect(drafts.get("7")).toBe("text");
});

test("when all site data is removed the drafts are gone", () => {
  const browser = new BrowserTabs();
  const drafts = new Drafts("1", browser.open());
  drafts.set("7", "text");
  browser.clear();
  expect(drafts.get("7")).toBe("");
});
