import { useSyncExternalStore } from "react";
import { Dialog } from "./parts";
import { setTheme, theme, type Theme } from "./theme";

const themes: readonly { readonly theme: Theme; readonly label: string }[] = [
  { theme: "system", label: "System" },
  { theme: "light", label: "Light" },
  { theme: "dark", label: "Dark" },
];

export function ProfileDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Profile and settings" testId="profile-dialog" onClose={onClose} focus="title">
      <Appearance />
      <Shortcuts />
    </Dialog>
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
