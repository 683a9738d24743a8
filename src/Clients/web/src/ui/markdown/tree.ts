/** What a message's text says, ready to be drawn: there is no markup in it that could be anything else. */

export type Mark = "strong" | "em" | "strike";

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: Mark; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  /** `href` is http or https, and normal as the URL parser writes it. */
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] }
  /** What follows an @ and may be a user name; ends in what may be the sentence's own dots and dashes. */
  | { readonly kind: "mention"; readonly name: string };

export interface ListItem {
  /** As it was typed; null under a bullet. */
  readonly number: number | null;
  readonly children: readonly Inline[];
  readonly nested: readonly List[];
}

export interface List {
  readonly kind: "list";
  readonly ordered: boolean;
  readonly items: readonly ListItem[];
}

export type Block =
  /** One or more lines; line breaks and blank lines between them are in the text. */
  | { readonly kind: "text"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly language: string | null; readonly text: string }
  | { readonly kind: "quote"; readonly children: readonly Block[] }
  | List;

/** The text of a tree without its marks, on one line: for previews and announcements. */
export function plain(blocks: readonly Block[]): string {
  const words: string[] = [];
  const add = (block: Block): void => {
    switch (block.kind) {
      case "text":
        words.push(plainInline(block.children));
        break;
      case "code":
        words.push(block.text);
        break;
      case "quote":
        block.children.forEach(add);
        break;
      case "list":
        for (const item of block.items) {
          words.push(`${item.number === null ? "•" : `${item.number}.`} ${plainInline(item.children)}`);
          item.nested.forEach(add);
        }
        break;
    }
  };
  blocks.forEach(add);
  return words.join(" ").replace(/\s*\n\s*/g, " ").trim();
}

function plainInline(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case "text":
        case "code":
          return node.text;
        case "mention":
          return `@${node.name}`;
        default:
          return plainInline(node.children);
      }
    })
    .join("");
}
