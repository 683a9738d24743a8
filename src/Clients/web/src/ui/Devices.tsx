import { useCallback, useEffect, useState } from "react";
import { textOf } from "../chat/errors";
import type { SessionInfo } from "../chat/types";
import { Confirm } from "./Confirm";
import { useChat } from "./context";
import { ErrorText } from "./parts";
import { agoText, fullText } from "./text";

/** Where the user is signed in, and the way to sign out there. */
export function Devices() {
  const chat = useChat();
  const [sessions, setSessions] = useState<readonly SessionInfo[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  const load = useCallback((): void => {
    chat.sessions().then(
      (found) => {
        setSessions(found);
        setError(null);
      },
      (failure: unknown) => setError(textOf(failure)),
    );
  }, [chat]);
  useEffect(load, [load]);

  return (
    <section className="section" aria-labelledby="devices-title">
      <h3 id="devices-title">Signed in on</h3>
      {sessions === null && error === null && <p className="quiet">Loading…</p>}
      <ul className="devices">
        {sessions?.map(({ sessionId, device, createdAt, lastSeen, current }) => (
          <li key={sessionId} data-testid="session" data-session-id={sessionId} data-current={current}>
            <p>
              <span className="name" dir="auto">
                {device || "Unnamed device"}
              </span>
              {current && <span className="role">this one</span>}
            </p>
            <p className="quiet" title={`Since ${fullText(createdAt)}`}>
              Last active {agoText(lastSeen)}
            </p>
            {!current && (
              <Confirm
                testId="end-session"
                icon="signOut"
                label="Sign out there"
                question="That device is signed out at once."
                verb="Sign out"
                onConfirm={async () => {
                  await chat.endSession(sessionId);
                  load();
                }}
              />
            )}
          </li>
        ))}
      </ul>
      <ErrorText text={error} />
      {error !== null && (
        <button type="button" className="button" onClick={load}>
          Try again
        </button>
      )}
    </section>
  );
}
