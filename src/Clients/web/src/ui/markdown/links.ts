/*
 * Finds addresses in what people type. Only http and https are ever links; what they lead to is decided by the browser's own URL parser.
 */

const longest = 2048;
const scheme = /https?:\/\//iy;
/**
 * Ends at blanks, quotes and brackets that no address holds, at the full-width punctuation of Chinese, Japanese and Korean, and at marks
 * that turn the direction of text or are not seen. Letters of all scripts may be part of an address, as in one of Wikipedia.
 */
const address =
  /https?:\/\/[^\s\p{Cc}\p{Cf}<>"`\\“”‘’«»‹›…\u3000-\u303f\u30fb\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+/iuy;
/** What no address between round brackets holds. Square ones would be the next link, and make the search longer for each. */
const ends = /[\s<>[\]]/;
const trailing = new Set(".,;:!?'*_~");
const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

export interface Found {
  readonly href: string;
  /** Where the text goes on. */
  readonly end: number;
}

/** The address itself if a browser would go there by http or https; null otherwise. */
export function hrefOf(raw: string): string | null {
  if (raw.length > longest) {
    return null;
  }
  try {
    const url = new URL(raw);
    return (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "" ? url.href : null;
  } catch {
    return null;
  }
}

/** The address that begins at `from`, without what belongs to the sentence around it. */
export function addressAt(text: string, from: number): Found | null {
  if (/[A-Za-z0-9]/.test(text[from - 1] ?? "")) {
    return null;
  }
  address.lastIndex = from;
  const match = address.exec(text);
  if (!match) {
    return null;
  }
  const raw = withoutTail(withoutParticle(match[0].slice(0, longest).split(/\*\*|~~|\]\(/, 1)[0]!));
  const href = hrefOf(raw);
  return href === null ? null : { href, end: from + raw.length };
}

/** The address in round brackets that begin at `from`, as after the words of a link. */
export function destinationAt(text: string, from: number): Found | null {
  scheme.lastIndex = from + 1;
  if (!scheme.test(text)) {
    return null;
  }
  let depth = 0;
  const last = Math.min(text.length, from + longest);
  for (let at = scheme.lastIndex; at < last; at++) {
    const char = text[at]!;
    if (char === "(") {
      depth++;
    } else if (char === ")" && depth-- === 0) {
      const href = hrefOf(text.slice(from + 1, at));
      return href === null ? null : { href, end: at + 1 };
    } else if (ends.test(char)) {
      return null;
    }
  }
  return null;
}

/** A Korean particle right after the host, as in "https://example.com에서", is not part of a name that is in ASCII until there. */
function withoutParticle(raw: string): string {
  const host = /^https?:\/\/[^/?#]*/i.exec(raw)![0];
  const particle = /[A-Za-z0-9][^\x00-\x7f]/.exec(host);
  return particle ? raw.slice(0, particle.index + 1) : raw;
}

/** Punctuation at the end is the sentence's, and so is a closing bracket that was opened before the address. */
function withoutTail(raw: string): string {
  const open = new Map<string, number>();
  for (const char of raw) {
    const opener = pairs[char];
    if (opener !== undefined) {
      open.set(opener, (open.get(opener) ?? 0) - 1);
    } else if ("([{".includes(char)) {
      open.set(char, (open.get(char) ?? 0) + 1);
    }
  }
  let end = raw.length;
  for (; end > 0; end--) {
    const char = raw[end - 1]!;
    const opener = pairs[char];
    if (opener !== undefined && (open.get(opener) ?? 0) < 0) {
      open.set(opener, open.get(opener)! + 1);
    } else if (!trailing.has(char)) {
      break;
    }
  }
  return raw.slice(0, end);
}
