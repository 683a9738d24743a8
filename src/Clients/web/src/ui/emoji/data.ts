import { useEffect, useState } from "react";
import addresses from "virtual:emoji";
import { folded, type Emoji } from "./search";

export interface EmojiGroup {
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

export interface EmojiData {
  readonly groups: readonly EmojiGroup[];
  readonly all: readonly Emoji[];
}

type Listed = readonly [string, readonly (readonly [string, string, string, string])[]][];

let loading: Promise<EmojiData> | null = null;

/** The list of emoji, fetched when it is first wanted, with the words of the user's own language where there are some. */
export function loadEmoji(): Promise<EmojiData> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<EmojiData> {
  const language = languageOf(navigator.languages);
  const [listed, words] = await Promise.all([
    fetched<Listed>("list"),
    // Without them emoji are found by English words.
    language === null ? [] : fetched<readonly string[]>(language).catch(() => []),
  ]);
  let at = 0;
  const groups = listed.map(([name, emoji]) => ({
    name,
    emoji: emoji.map(([character, label, codes, tags]): Emoji => {
      const own = words[at++] ?? "";
      return { character, name: label, codes: codes === "" ? [] : codes.split(";"), words: folded(`;${codes};${label};${tags};${own}`) };
    }),
  }));
  return { groups, all: groups.flatMap((group) => group.emoji) };
}

async function fetched<T>(key: string): Promise<T> {
  const answer = await fetch(addresses[key]!);
  if (!answer.ok) {
    throw new Error(`The list of emoji could not be fetched: ${answer.status}.`);
  }
  return (await answer.json()) as T;
}

function languageOf(wanted: readonly string[]): string | null {
  for (const tag of wanted) {
    const { language, script } = new Intl.Locale(tag).maximize();
    const key = language === "zh" && script === "Hant" ? "zh-hant" : language;
    if (key in addresses) {
      return key;
    }
  }
  return null;
}

/** The list once it is there; "failed" when it could not be fetched. Fetches nothing until it is `wanted`. */
export function useEmoji(wanted: boolean): EmojiData | "failed" | null {
  const [data, setData] = useState<EmojiData | "failed" | null>(null);
  useEffect(() => {
    let current = true;
    if (wanted) {
      loadEmoji().then(
        (loaded) => current && setData(loaded),
        () => current && setData("failed"),
      );
    }
    return () => {
      current = false;
    };
  }, [wanted]);
  return data;
}
