import { useChatState } from "./context";
import { commandKey } from "./ProfileDialog";
import { nameOf } from "./text";

/** What stands where a room would: nothing is open, it is not there yet, or it is gone. */
export function NoRoom({ roomId }: { roomId: string | null }) {
  const listed = useChatState((s) => s.listed);
  const gone = useGone(roomId);
  if (roomId === null) {
    return (
      <main className="room-empty">
        <img src="/icon.svg" alt="" width="56" height="56" />
        <p>Choose a room to read and write.</p>
        <p className="quiet with-keys">
          <kbd>{commandKey}</kbd> <kbd>K</kbd> finds rooms and people.
        </p>
      </main>
    );
  }
  if (!listed) {
    return (
      <main className="room-empty">
        <p role="status">Loading…</p>
      </main>
    );
  }
  return (
    <main className="room-empty" data-testid="room-gone">
      <h1>You are not in this room.</h1>
      {gone !== null && (
        <p role="status" data-testid="room-gone-reason">
          {gone}
        </p>
      )}
      <a className="button primary" href="#/">
        Back to your rooms
      </a>
    </main>
  );
}

/** How the user came out of the room, where this page saw it. */
function useGone(roomId: string | null): string | null {
  const users = useChatState((s) => s.users);
  const me = useChatState((s) => s.me.userId);
  const exit = useChatState((s) => (roomId === null ? undefined : s.exits.get(roomId)));
  if (!exit) {
    return null;
  }
  const name = exit.name === null ? "the room" : `“${exit.name}”`;
  const by = exit.by === me ? "" : ` by ${nameOf(users, exit.by)}`;
  switch (exit.change) {
    case "left":
      return `You left ${name}.`;
    case "removed":
      return `You were removed from ${name}${by}.`;
    case "banned":
      return `You were banned from ${name}${by}.`;
  }
}
