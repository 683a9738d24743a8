import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

/*
 * The page's list of emoji, derived from emojibase-data: files of their own, fetched when somebody first looks for an emoji. The module
 * `virtual:emoji` knows their addresses.
 */

/** Newer ones are empty boxes on many devices that are in use. */
const newest = 15.1;
/** Skin tones on their own, and letters that only flags are made of. */
const component = 2;
/** Besides English: the languages whose words find an emoji too. */
const languages = ["ko", "ja", "zh", "zh-hant"] as const;

interface Entry {
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  /** 0 where the character alone is drawn as text. */
  readonly type: 0 | 1;
  readonly group?: number;
  readonly order?: number;
  readonly version: number;
}

const require = createRequire(import.meta.url);
const read = <T>(path: string): T => JSON.parse(readFileSync(require.resolve(`emojibase-data/${path}`), "utf8")) as T;

function entries(language: string): readonly Entry[] {
  return read<Entry[]>(`${language}/data.json`)
    .filter((e) => e.group !== undefined && e.group !== component && e.version <= newest)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
}

/** The form that Unicode calls fully qualified, which is the one that a reaction is known by. */
function characterOf({ hexcode, type }: Entry): string {
  const points = hexcode.split("-").map((hex) => parseInt(hex, 16));
  return String.fromCodePoint(...points, ...(points.length === 1 && type === 0 ? [0xfe0f] : []));
}

const wordsOf = (entry: Entry): string => [...new Set([entry.label, ...(entry.tags ?? [])])].join(";");

/** `[name of the group, [character, name, codes, words][]][]`; several codes and words are parted by ";". */
export function emojiList(): readonly [string, readonly (readonly [string, string, string, string])[]][] {
  const codes = read<Record<string, string | readonly string[]>>("en/shortcodes/github.json");
  const { groups } = read<{ groups: readonly { readonly message: string; readonly order: number }[] }>("en/messages.json");
  const all = entries("en");
  return groups
    .filter((group) => group.order !== component)
    .map((group) => [
      group.message.charAt(0).toUpperCase() + group.message.slice(1),
      all
        .filter((e) => e.group === group.order)
        .map((e) => [characterOf(e), e.label, [codes[e.hexcode] ?? []].flat().join(";"), (e.tags ?? []).join(";")] as const),
    ]);
}

/** The words of a language for each emoji, in the order of the list. */
export function emojiWords(language: string): readonly string[] {
  const words = new Map(entries(language).map((e) => [e.hexcode, wordsOf(e)]));
  const all = entries("en");
  return [...new Set(all.map((e) => e.group))]
    .sort((a, b) => a! - b!)
    .flatMap((group) => all.filter((e) => e.group === group).map((e) => words.get(e.hexcode) ?? ""));
}

const name = "virtual:emoji";

export function emojiPlugin(): Plugin {
  const files = (): ReadonlyMap<string, string> =>
    new Map([["list", JSON.stringify(emojiList())], ...languages.map((l) => [l, JSON.stringify(emojiWords(l))] as const)]);
  let serving = false;
  return {
    name: "emoji",
    configResolved(config) {
      serving = config.command === "serve";
    },
    configureServer(server) {
      const served = files();
      server.middlewares.use("/@emoji/", (request, response, next) => {
        const file = served.get((request.url ?? "").replace(/^\/|\.json$/g, ""));
        if (file === undefined) {
          next();
        } else {
          response.setHeader("Content-Type", "application/json");
          response.end(file);
        }
      });
    },
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load(id) {
      if (id !== `\0${name}`) {
        return null;
      }
      const addresses = [...files()].map(([key, source]) => {
        const address = serving
          ? JSON.stringify(`/@emoji/${key}.json`)
          : `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: "asset", name: `emoji-${key}.json`, source })}`;
        return `${JSON.stringify(key)}: ${address}`;
      });
      return `export default { ${addresses.join(", ")} };`;
    },
  };
}
