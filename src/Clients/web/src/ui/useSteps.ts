import { useLayoutEffect, useRef, useState } from "react";
import type { RoomState } from "../chat/store";

/**
 * The room as it is to be drawn. Where messages went from one end and others came at the other, first without the ones and in the next frame
 * with the others: each for itself is made up for by scrolling, while both at once is a shift of the page by what one is higher than the other.
 */
export function useSteps(room: RoomState): RoomState {
  const drawn = useRef(room);
  const [, setFrames] = useState(0);
  const step = stepTo(drawn.current, room);
  useLayoutEffect(() => {
    drawn.current = step;
    if (step !== room) {
      const frame = requestAnimationFrame(() => setFrames((frames) => frames + 1));
      return () => cancelAnimationFrame(frame);
    }
    return undefined;
  });
  return step;
}

export function stepTo(from: RoomState, to: RoomState): RoomState {
  const [first, last] = [to.log.messages[0], from.log.messages.at(-1)];
  const dropped = from.log.from < to.log.from && from.log.messages.length > 0;
  const overlap = first !== undefined && last !== undefined && first.seq <= last.seq;
  if (!dropped || !overlap || to.log.messages.at(-1)!.seq <= last.seq) {
    return to;
  }
  return { ...to, log: { ...to.log, messages: to.log.messages.filter((m) => m.seq <= last.seq), to: from.log.to } };
}
