import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Store } from "../src/chat/store";
import { perFrame } from "../src/ui/frames";

describe("perFrame", () => {
  let frames: (() => void)[];
  let visibility: string;
  let looked: () => void;
  const draw = (): void => frames.splice(0).forEach((frame) => frame());

  beforeEach(() => {
    vi.useFakeTimers();
    frames = [];
    visibility = "visible";
    vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
    vi.stubGlobal("document", {
      get visibilityState() {
        return visibility;
      },
      addEventListener: (_: string, listener: () => void) => (looked = listener),
      removeEventListener: () => undefined,
    });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test("tells of any number of changes once, with the next frame", () => {
    const store = new Store(0);
    let told = 0;
    perFrame(store)(() => told++);
    store.update((n) => n + 1);
    store.update((n) => n + 1);
    expect(told).toBe(0);
    draw();
    expect(told).toBe(1);
    store.update((n) => n + 1);
    draw();
    expect(told).toBe(2);
  });

  test("tells a hidden page a little later, as that draws no frames", () => {
    const store = new Store(0);
    let told = 0;
    perFrame(store)(() => told++);
    visibility = "hidden";
    store.update((n) => n + 1);
    vi.advanceTimersByTime(1_000);
    expect(told).toBe(1);
  });

  test("tells at once when the page is hidden before its frame", () => {
    const store = new Store(0);
    let told = 0;
    perFrame(store)(() => told++);
    store.update((n) => n + 1);
    visibility = "hidden";
    looked();
    expect(told).toBe(1);
  });

  test("asks the store for nothing when nobody listens", () => {
    const store = new Store(0);
    const stop = perFrame(store)(() => undefined);
    stop();
    store.update((n) => n + 1);
    expect(frames).toEqual([]);
  });
});
