/** Codes that this client gives itself, where the server could not. */
export const Code = {
  /** The server could not be reached or did not answer. */
  network: "client.network",
  /** The connection went away while a call was under way: whether it took effect is unknown. */
  disconnected: "client.disconnected",
  /** The answer carried no code. */
  unknown: "client.unknown",
  signedOut: "auth.signed_out",
} as const;

const retryable = new Set(["rate.limited", "server.busy", "server.internal", "storage.unavailable"]);

/** A refused or failed call. `code` is stable and meant for decisions, `message` for people. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  readonly code: string;
  /** The HTTP status, or 0 where there was none. */
  readonly status: number;
  /** Seconds to wait before the next try, where the server said so. */
  readonly retryAfter: number | null;

  constructor(code: string, message: string, status = 0, retryAfter: number | null = null, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** True when the connection took the answer with it: whether the call took effect is unknown until it is made again. */
  get undecided(): boolean {
    return this.code === Code.network || this.code === Code.disconnected || this.code === "server.stopping";
  }

  /** True when the same call may succeed a little later without anything else changing. */
  get retryable(): boolean {
    return this.undecided || retryable.has(this.code);
  }
}

/** Reads an `application/problem+json` answer; any other body gives `client.unknown`. */
export async function problemOf(answer: Response): Promise<ChatError> {
  let body: { code?: unknown; detail?: unknown; title?: unknown } = {};
  try {
    body = ((await answer.json()) as typeof body | null) ?? {};
  } catch {
    // A proxy's HTML page, or nothing at all: the status says what there is to say.
  }
  const text = [body.detail, body.title].find((t): t is string => typeof t === "string" && t !== "");
  const seconds = Number(answer.headers.get("Retry-After") ?? "");
  return new ChatError(
    typeof body.code === "string" ? body.code : Code.unknown,
    text ?? `The server answered ${answer.status}.`,
    answer.status,
    seconds > 0 ? seconds : null,
  );
}

const hubError = /(?:HubException:\s*)?([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+): ([\s\S]*)$/;

/** Reads the error of a hub call: `code: text`, which the SignalR client wraps in words of its own. */
export function hubErrorOf(error: unknown, connected: boolean): ChatError {
  if (error instanceof ChatError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  const match = hubError.exec(message);
  if (match) {
    return new ChatError(match[1]!, match[2]!, 0, null, error);
  }
  return connected
    ? new ChatError(Code.unknown, "The server could not do that.", 0, null, error)
    : new ChatError(Code.disconnected, "The connection was lost.", 0, null, error);
}

/** What to show people for anything that was thrown. */
export function textOf(error: unknown): string {
  if (error instanceof ChatError) {
    return error.code === Code.network ? "The server cannot be reached. Check your connection and try again." : error.message;
  }
  return "Something went wrong.";
}
