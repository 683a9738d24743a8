import type { Chat } from "../../chat/chat";
import type { Message } from "../../chat/types";
import { copyText } from "../copy";
import type { PageActions } from "../page";
import type { IconName } from "../parts";
import { messageHref } from "../route";
import type { Surface } from "./surface";

export type ActionId = "react" | "reply" | "thread" | "edit" | "pin" | "unpin" | "copy-text" | "copy-link" | "readers" | "remove";

export interface Action {
  readonly id: ActionId;
  readonly label: string;
  readonly icon: IconName;
  /** The key that does it while the message has the focus. */
  readonly key?: string;
  readonly danger?: boolean;
}

const all: readonly Action[] = [
  { id: "react", label: "Add reaction", icon: "smile", key: "+" },
  { id: "reply", label: "Reply", icon: "reply", key: "r" },
  { id: "thread", label: "Reply in thread", icon: "thread", key: "t" },
  { id: "edit", label: "Edit", icon: "edit", key: "e" },
  { id: "pin", label: "Pin to the room", icon: "pin", key: "p" },
  { id: "unpin", label: "Unpin", icon: "pin", key: "p" },
  { id: "copy-text", label: "Copy text", icon: "copy", key: "c" },
  { id: "copy-link", label: "Copy link", icon: "link", key: "l" },
  { id: "readers", label: "Seen by", icon: "eye" },
  { id: "remove", label: "Delete", icon: "trash", key: "Delete", danger: true },
];

/** What can be done with a message here, in the order of its menu. */
export function actionsOf(message: Message, { me, rights, thread, kind }: Surface): readonly Action[] {
  const mine = message.by === me;
  const alive = !message.deleted;
  const can: Readonly<Record<ActionId, boolean>> = {
    react: alive && rights.write,
    reply: rights.write,
    // A message in a thread has none of its own: it leads to the one that it is in.
    thread: thread === null && (rights.write || message.threadCount > 0),
    edit: alive && mine && rights.write,
    pin: alive && rights.pin && !message.pinned,
    unpin: alive && rights.pin && message.pinned,
    "copy-text": alive && message.text !== "",
    "copy-link": true,
    readers: alive && mine && kind !== "direct",
    remove: alive && (mine ? rights.removeOwn : rights.removeAll),
  };
  return all.filter((action) => can[action.id]);
}

/** Does what needs nothing more than the message; reacting needs an emoji, and asks for it where the message is drawn. */
export function perform(id: Exclude<ActionId, "react">, message: Message, surface: Surface, chat: Chat, page: PageActions): void {
  const { roomId, compose } = surface;
  const { seq } = message;
  switch (id) {
    case "reply":
      compose.reply(message);
      break;
    case "thread":
      page.openThread(roomId, message.thread ?? seq);
      break;
    case "edit":
      compose.edit(message);
      break;
    case "pin":
    case "unpin":
      chat.pin(roomId, seq, id === "pin").catch(page.fail);
      break;
    case "copy-text":
      copied(copyText(message.text), "Text copied", page);
      break;
    case "copy-link":
      copied(copyText(new URL(messageHref(roomId, seq), window.location.href).href), "Link copied", page);
      break;
    case "readers":
      page.showReaders(roomId, seq);
      break;
    case "remove":
      surface.remove(message);
      break;
  }
}

function copied(done: Promise<void>, words: string, page: PageActions): void {
  done.then(
    () => page.say(words),
    () => page.say("The browser does not let the page copy."),
  );
}

/** The action for a key on a message; letters by their place on the keyboard where another script is typed. */
export function actionOfKey(actions: readonly Action[], key: string, code: string): Action | undefined {
  const typed = /^[\x20-\x7e]$|^\w{2,}$/.test(key) ? key : code.startsWith("Key") ? code.slice(3) : key;
  return actions.find((action) => action.key?.toLowerCase() === typed.toLowerCase());
}
