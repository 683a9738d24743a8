import { useEffect, useState, useSyncExternalStore, type FormEvent } from "react";
import { textOf } from "../chat/errors";
import { useChat, useChatState } from "./context";
import { Devices } from "./Devices";
import { Avatar, Dialog, ErrorText, Icon } from "./parts";
import { setTheme, theme, type Theme } from "./theme";

const themes: readonly { readonly theme: Theme; readonly label: string }[] = [
  { theme: "system", label: "System" },
  { theme: "light", label: "Light" },
  { theme: "dark", label: "Dark" },
];

interface ProfileDialogProps {
  readonly onClose: () => void;
  readonly onSignOut: () => void;
}

export function ProfileDialog({ onClose, onSignOut }: ProfileDialogProps) {
  return (
    <Dialog title="Profile and settings" testId="profile-dialog" onClose={onClose} focus="title" className="tall">
      <Profile />
      <Appearance />
      <Devices />
      <Shortcuts />
      <section className="section">
        <button type="button" className="button wide" data-testid="profile-sign-out" onClick={onSignOut}>
          <Icon name="signOut" />
          Sign out
        </button>
      </section>
    </Dialog>
  );
}

function Profile() {
  const chat = useChat();
  const me = useChatState((s) => s.me);
  const [name, setName] = useState(me.displayName);
  const [status, setStatus] = useState(me.status ?? "");
  const [state, setState] = useState<"idle" | "busy" | "saved">("idle");
  const [error, setError] = useState<string | null>(null);
  const changed = name.trim() !== me.displayName || status.trim() !== (me.status ?? "");

  // It may have been changed on another device.
  useEffect(() => {
    chat.look(me.userId).catch(() => undefined);
  }, [chat, me.userId]);
  const [shown, setShown] = useState(me);
  if (shown !== me) {
    setShown(me);
    setName(me.displayName);
    setStatus(me.status ?? "");
  }

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setState("busy");
    setError(null);
    try {
      await chat.updateMe({
        ...(name.trim() === me.displayName ? {} : { displayName: name.trim() }),
        ...(status.trim() === (me.status ?? "") ? {} : { status: status.trim() }),
      });
      setState("saved");
    } catch (failure) {
      setError(textOf(failure));
      setState("idle");
    }
  };

  const edit = (set: (value: string) => void, value: string): void => {
    set(value);
    setState("idle");
  };

  return (
    <form className="section form" aria-label="Profile" onSubmit={(event) => void save(event)}>
      <div className="profile-head">
        <Avatar id={me.userId} name={name.trim() || me.displayName} />
        <p>
          <span className="name" dir="auto">
            {me.displayName}
          </span>
          <span className="quiet" data-testid="profile-username">
            @{me.username}
          </span>
        </p>
      </div>
      <label className="field">
        <span>Display name</span>
        <input data-testid="profile-name" autoComplete="name" value={name} onChange={(event) => edit(setName, event.target.value)} required dir="auto" />
      </label>
      <label className="field">
        <span>
          Status <small>(optional)</small>
        </span>
        <input
          data-testid="profile-status"
          placeholder="What others should know: at lunch, on a train…"
          autoComplete="off"
          value={status}
          onChange={(event) => edit(setStatus, event.target.value)}
          dir="auto"
        />
      </label>
      <ErrorText text={error} testId="profile-error" />
      <div className="form-foot">
        <p className="quiet" role="status">
          {state === "saved" && !changed ? "Saved" : ""}
        </p>
        <button className="button primary" data-testid="profile-save" disabled={!changed || name.trim() === "" || state === "busy"}>
          Save
        </button>
      </div>
    </form>
  );
}

function Appearance() {
  const chosen = useSyncExternalStore(theme.subscribe, theme.get);
  return (
    <section className="section">
      <h3 id="theme-title">Theme</h3>
      <fieldset className="kinds" aria-labelledby="theme-title">
        {themes.map((t) => (
          <label key={t.theme} className="kind">
            <input
              type="radio"
              name="theme"
              value={t.theme}
              data-testid={`theme-${t.theme}`}
              checked={chosen === t.theme}
              onChange={() => setTheme(t.theme)}
            />
            <span>{t.label}</span>
          </label>
        ))}
      </fieldset>
    </section>
  );
}

const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);
export const commandKey = apple ? "⌘" : "Ctrl";

const shortcuts: readonly (readonly [keys: readonly string[], about: string])[] = [
  [[commandKey, "K"], "Find a room or a person"],
  [["Alt", "↑ ↓"], "Room above, room below"],
  [["Alt", "Shift", "↑ ↓"], "The same, but only unread rooms"],
  [["Enter"], "Send"],
  [["Shift", "Enter"], "New line"],
  [["Esc"], "Close what is open"],
];

function Shortcuts() {
  return (
    <section className="section shortcuts">
      <h3>Keyboard</h3>
      <dl>
        {shortcuts.map(([keys, about]) => (
          <div key={about}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
