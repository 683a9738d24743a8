import { createContext, useContext } from "react";

/** What any part of the page can ask the page to show. The object stays the same while somebody is signed in. */
export interface PageActions {
  /** The thread of a message, beside its room. */
  openThread(roomId: string, seq: number): void;
  /** The card of a person; with a room also what one may do to them as a member. */
  openPerson(userId: string, roomId?: string): void;
  /** Who has read a message. */
  showReaders(roomId: string, seq: number): void;
  /** Says that something was done. */
  say(text: string): void;
  /** Says why something failed that has no place of its own to say so. */
  fail(error: unknown): void;
}

export const PageContext = createContext<PageActions | null>(null);

export function usePage(): PageActions {
  const page = useContext(PageContext);
  if (!page) {
    throw new Error("There is no page above this component.");
  }
  return page;
}
