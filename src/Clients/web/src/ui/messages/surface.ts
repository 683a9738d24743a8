import { createContext, useContext } from "react";
import type { Message, RoomKind } from "../../chat/types";
import type { Compose } from "../composer/compose";

/** What the server would let this user do with the messages of a room. */
export interface MessageRights {
  /** Send, react, and edit one's own. */
  readonly write: boolean;
  readonly pin: boolean;
  readonly removeOwn: boolean;
  readonly removeAll: boolean;
}

/**
 * Messages with a composer below them: a room, or a thread beside it. The object stays the same while none of its values change, so
 * that messages can take it from the context and still be drawn only when they change themselves.
 */
export interface Surface {
  readonly roomId: string;
  readonly kind: RoomKind;
  /** The first message of the thread that is shown; null in the room itself. */
  readonly thread: number | null;
  readonly me: string;
  readonly rights: MessageRights;
  readonly compose: Compose;
  /** Asks, and then deletes. */
  readonly remove: (message: Message) => void;
}

export const SurfaceContext = createContext<Surface | null>(null);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) {
    throw new Error("There is no surface above this component.");
  }
  return surface;
}

/** Whether what is inside a message can be reached by Tab: only while the focus is in it. */
export const TabContext = createContext<0 | -1>(-1);
