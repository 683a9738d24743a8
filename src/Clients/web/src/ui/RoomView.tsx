import { useEffect, useRef, useState } from "react";
import type { RoomState } from "../chat/store";
import { Composer } from "./Composer";
import { useChat, useChatState } from "./context";
import { MembersPanel } from "./MembersPanel";
import { MessageList } from "./MessageList";
import { MessageSurface } from "./messages/MessageSurface";
import { usePage } from "./page";
import { Icon, RoomFace } from "./parts";
import { PinsPanel } from "./PinsPanel";
import { isMuted } from "./rights";
import { closePanel, goTo, openPanel, type Panel } from "./route";
import { nameOf, peerOf, presenceText, roomTitle, untilText } from "./text";
import { ThreadPanel } from "./ThreadPanel";
import { phone, useMedia } from "./useMedia";

export function RoomView({ room, panel }: { room: RoomState; panel: Panel | null }) {
  const users = useChatState((s) => s.users);
  const muted = useMuted(room.mutedUntil);
  // There the panel covers the room.
  const covered = useMedia(phone) && panel !== null;
  const title = roomTitle(room, users);
  const { log } = room;

  return (
    <>
      <main className="room" aria-label={title} inert={covered}>
        <RoomHead room={room} panel={panel} title={title} />
        <MessageSurface room={room}>
          <MessageList room={room} />
          <Typing names={[...room.typing.keys()].map((userId) => nameOf(users, userId))} />
          {log.archived ? (
            <p className="closed" data-testid="closed">
              This room is archived: it can be read, not written.
            </p>
          ) : muted ? (
            <p className="closed" data-testid="closed">
              You are muted{untilText(room.mutedUntil!)}: you can read this room, not write in it.
            </p>
          ) : (
            <Composer title={title} />
          )}
        </MessageSurface>
      </main>
      {panel?.kind === "members" && <MembersPanel room={room} />}
      {panel?.kind === "pins" && <PinsPanel room={room} />}
      {panel?.kind === "thread" && <ThreadPanel key={panel.seq} room={room} root={panel.seq} />}
    </>
  );
}

function RoomHead({ room, panel, title }: { readonly room: RoomState; readonly panel: Panel | null; readonly title: string }) {
  const chat = useChat();
  const page = usePage();
  const peer = peerOf(room);
  const presence = useChatState((s) => (peer === null ? undefined : s.presence.get(peer)));
  const status = useChatState((s) => (peer === null ? undefined : s.users.get(peer)?.status));
  const heading = useRef<HTMLHeadingElement>(null);
  const { roomId, log } = room;

  // Nothing tells of a changed status, so it is asked for when it comes to be seen.
  useEffect(() => {
    if (peer !== null) {
      chat.look(peer).catch(() => undefined);
    }
  }, [chat, peer]);

  // A composer or a panel takes the focus from here; on a touch screen, where it would bring up the keyboard, the composer does not.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  const toggle = (kind: "members" | "pins"): void => (panel?.kind === kind ? closePanel() : openPanel(roomId, { kind }));
  const about = peer === null ? log.topic : [presenceText(presence), status].filter(Boolean).join(" · ");
  return (
    <header className="room-head">
      <button type="button" className="icon-button back" data-testid="back" aria-label="Back to rooms" onClick={() => goTo(null)}>
        <Icon name="back" />
      </button>
      <RoomFace roomId={roomId} kind={room.kind} title={title} others={room.others} presence={presence?.status} />
      <div className="room-title">
        <h1 ref={heading} data-testid="room-title" dir="auto" tabIndex={-1}>
          <button type="button" className="plain" onClick={() => (peer === null ? toggle("members") : page.openPerson(peer))}>
            {title}
          </button>
        </h1>
        {about && (
          <p dir="auto" data-testid="room-topic">
            {about}
          </p>
        )}
      </div>
      <PanelButton kind="pins" icon="pin" label="Pinned messages" panel={panel} onToggle={toggle} />
      <PanelButton kind="members" icon="people" label="Details and members" panel={panel} onToggle={toggle} />
    </header>
  );
}

interface PanelButtonProps {
  readonly kind: "members" | "pins";
  readonly icon: "people" | "pin";
  readonly label: string;
  readonly panel: Panel | null;
  readonly onToggle: (kind: "members" | "pins") => void;
}

function PanelButton({ kind, icon, label, panel, onToggle }: PanelButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      data-testid={`show-${kind}`}
      aria-label={label}
      title={label}
      aria-expanded={panel?.kind === kind}
      onClick={() => onToggle(kind)}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Timers take no longer waits. */
const longestWait = 2_147_483_647;

/** Whether a mute holds, until it ends by itself. */
function useMuted(until: string | null): boolean {
  const [, setEnded] = useState<string | null>(null);
  useEffect(() => {
    const left = until === null ? 0 : Date.parse(until) - Date.now();
    if (left <= 0 || left > longestWait) {
      return undefined;
    }
    const timer = setTimeout(() => setEnded(until), left + 50);
    return () => clearTimeout(timer);
  }, [until]);
  return isMuted(until);
}

function Typing({ names }: { names: readonly string[] }) {
  const text =
    names.length === 0
      ? ""
      : names.length === 1
        ? `${names[0]} is typing…`
        : names.length === 2
          ? `${names[0]} and ${names[1]} are typing…`
          : "Several people are typing…";
  return (
    <p className="typing" data-testid="typing" dir="auto">
      {text}
    </p>
  );
}
