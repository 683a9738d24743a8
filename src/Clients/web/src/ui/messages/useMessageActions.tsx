import { useRef, useState, type FocusEvent, type HTMLAttributes, type KeyboardEvent, type ReactNode } from "react";
import type { Message } from "../../chat/types";
import { useChat } from "../context";
import { EmojiPicker } from "../emoji/EmojiPicker";
import { noteEmoji, quickEmoji, recentEmoji } from "../emoji/recent";
import { usePage } from "../page";
import { actionOfKey, actionsOf, perform, type ActionId } from "./actions";
import { MessageMenu } from "./MessageMenu";
import { useSurface } from "./surface";
import { Toolbar } from "./Toolbar";
import { useLongPress } from "./useLongPress";

/** As many as stand in a row of the menu. */
const quickInMenu = 6;

export interface MessageActions {
  readonly handlers: HTMLAttributes<HTMLElement>;
  /** The buttons, the menu and the picker, as far as they are on the screen. */
  readonly tools: ReactNode;
  readonly react: (emoji: string, on: boolean) => void;
  readonly pickReaction: (anchor: HTMLElement) => void;
}

interface Opened {
  readonly kind: "menu" | "react";
  readonly anchor: HTMLElement | null;
}

/** What pointing, touching and keys do on a message. One that is on its way has no actions yet; one `apart` leads to its thread. */
export function useMessageActions(message: Message, onItsWay: boolean, apart: boolean): MessageActions {
  const chat = useChat();
  const page = usePage();
  const surface = useSurface();
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [opened, setOpened] = useState<Opened | null>(null);
  const menuButton = useRef<HTMLButtonElement>(null);
  const { roomId } = surface;

  const react = (emoji: string, on: boolean): void => {
    if (on) {
      noteEmoji(emoji);
    }
    chat.react(roomId, message.seq, emoji, on).catch(page.fail);
  };
  const toggle = (emoji: string): void => {
    setOpened(null);
    react(emoji, message.reactions.find((r) => r.emoji === emoji)?.me !== true);
  };
  const open = (kind: Opened["kind"], anchor: HTMLElement | null): void => setOpened((now) => (now?.kind === kind ? null : { kind, anchor }));

  const act = (id: ActionId): void => {
    if (id === "react") {
      open("react", menuButton.current);
      return;
    }
    setOpened(null);
    perform(id, message, surface, chat, page);
  };

  const keyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const here = event.target === event.currentTarget;
    if (event.defaultPrevented || altKey || ctrlKey || metaKey) {
      return;
    }
    if ((key === "Enter" && here) || key === "ContextMenu" || (key === "F10" && shiftKey)) {
      event.preventDefault();
      if (apart) {
        page.openThread(roomId, message.thread!);
      } else {
        open("menu", menuButton.current ?? event.currentTarget);
      }
      return;
    }
    const action = actionOfKey(actionsOf(message, surface), key, event.code);
    if (!action || (apart && action.id !== "thread" && action.id !== "reply")) {
      return;
    }
    event.preventDefault();
    // One that is shown apart is answered where it was said.
    act(apart ? "thread" : action.id);
  };

  const longPress = useLongPress((element) => !apart && open("menu", element));

  const handlers: HTMLAttributes<HTMLElement> = {
    ...longPress,
    onPointerEnter: (event) => setPointed(event.pointerType !== "touch"),
    onPointerLeave: () => setPointed(false),
    onFocus: (event: FocusEvent<HTMLElement>) => setFocused(event.target.matches(":focus-visible") || window.matchMedia("(pointer: coarse)").matches),
    onBlur: (event: FocusEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget)) {
        setFocused(false);
      }
    },
    onKeyDown: keyDown,
    onClick: (event) => {
      // Not every browser gives the focus to what is tapped.
      if ((event.nativeEvent as PointerEvent).pointerType === "touch" && !event.currentTarget.contains(document.activeElement)) {
        event.currentTarget.focus({ preventScroll: true });
      }
    },
  };

  if (onItsWay) {
    return { handlers: {}, tools: null, react, pickReaction: () => undefined };
  }
  const actions = pointed || focused || opened ? actionsOf(message, surface) : [];
  const tools = actions.length > 0 && !apart && (
    <>
      <Toolbar
        actions={actions}
        opened={opened?.kind ?? null}
        menuButton={menuButton}
        onReact={toggle}
        onAct={act}
        onMenu={() => open("menu", menuButton.current)}
      />
      {opened?.kind === "menu" && (
        <MessageMenu
          anchor={opened.anchor}
          actions={actions}
          quick={quickEmoji(recentEmoji.get(), quickInMenu)}
          onReact={toggle}
          onAct={act}
          onClose={() => setOpened((now) => (now?.kind === "menu" ? null : now))}
        />
      )}
      {opened?.kind === "react" && (
        <EmojiPicker
          anchor={opened.anchor}
          label="React"
          onPick={toggle}
          onClose={() => setOpened((now) => (now?.kind === "react" ? null : now))}
        />
      )}
    </>
  );
  return { handlers, tools, react, pickReaction: (anchor) => open("react", anchor) };
}
