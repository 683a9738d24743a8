import { useEffect, useState } from "react";
import type { RoomLog } from "../chat/log";
import { usePageVisible } from "./usePageVisible";

/** The read mark from which on messages are new to the user: where they left off, until there is something new again. */
export function useNewSince({ unread, readSeq }: RoomLog, atEnd: boolean): number | null {
  const visible = usePageVisible();
  const [since, setSince] = useState(unread > 0 ? readSeq : null);
  // At the end of a page that is looked at, what arrives is read at once.
  const later = unread > 0 && !(visible && atEnd) && (since === null || since < readSeq);
  useEffect(() => {
    if (later) {
      setSince(readSeq);
    }
  }, [later, readSeq]);
  return since;
}
