import { useState, type FormEvent } from "react";
import type { Api } from "../chat/api";
import { ChatError, textOf } from "../chat/errors";
import { ErrorText } from "./parts";

interface SignInProps {
  readonly api: Api;
  /** True when the server ended the session that was here before. */
  readonly ended: boolean;
}

export function SignIn({ api, ended }: SignInProps) {
  const [isNew, setIsNew] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: string): string => String(fields.get(name) ?? "");
    setBusy(true);
    setError(null);
    try {
      const username = field("username").trim();
      if (isNew) {
        await api.register(username, field("password"), field("displayName").trim());
      } else {
        await api.login(username, field("password"));
      }
    } catch (failure) {
      const refused = failure instanceof ChatError && failure.code === "auth.invalid";
      setError(refused ? "The username or the password is wrong." : textOf(failure));
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <form className="card" onSubmit={(event) => void submit(event)} aria-labelledby="sign-in-title">
        <img className="logo" src="/icon.svg" alt="" width="48" height="48" />
        <h1 id="sign-in-title">{isNew ? "Create your account" : "Sign in to Chat"}</h1>
        {ended && error === null && (
          <p className="notice" role="status" data-testid="session-ended">
            You were signed out. Please sign in again.
          </p>
        )}
        <label className="field">
          <span>Username</span>
          <input
            name="username"
            data-testid="username"
            autoComplete="username"
            aria-describedby={isNew ? "username-rule" : undefined}
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus
          />
          {isNew && <small id="username-rule">3 to 32 of a–z, 0–9, dot, dash, underscore</small>}
        </label>
        {isNew && (
          <label className="field">
            <span>
              Display name <small>(optional)</small>
            </span>
            <input name="displayName" data-testid="display-name" autoComplete="name" />
          </label>
        )}
        <label className="field">
          <span>Password</span>
          <input
            name="password"
            type="password"
            data-testid="password"
            autoComplete={isNew ? "new-password" : "current-password"}
            aria-describedby={isNew ? "password-rule" : undefined}
            required
          />
          {isNew && <small id="password-rule">At least 8 characters</small>}
        </label>
        <ErrorText text={error} testId="sign-in-error" />
        <button className="button primary" data-testid={isNew ? "sign-up" : "sign-in"} disabled={busy}>
          {busy ? "One moment…" : isNew ? "Sign up" : "Sign in"}
        </button>
        <p className="switch">
          {isNew ? "You have an account?" : "New here?"}{" "}
          <button
            type="button"
            className="link"
            data-testid={isNew ? "to-sign-in" : "to-sign-up"}
            onClick={() => {
              setIsNew(!isNew);
              setError(null);
            }}
          >
            {isNew ? "Sign in" : "Create an account"}
          </button>
        </p>
      </form>
    </main>
  );
}
