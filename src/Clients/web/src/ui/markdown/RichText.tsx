import { memo, useContext, useMemo, type KeyboardEvent, type ReactNode } from "react";
import type { Message, User } from "../../chat/types";
import { useChatState } from "../context";
import { emojiCount } from "../emoji/only";
import { TabContext, useSurface } from "../messages/surface";
import { usePage } from "../page";
import { parse } from "./parse";
import type { Block, Inline, List } from "./tree";

/** Fewer emoji are drawn larger. */
const largest = 3;

interface RichTextProps {
  readonly message: Message;
  /** Stands after the text, on its last line where that is plain. */
  readonly after: ReactNode;
}

/** What a message says, drawn from its tree: elements and text of ours, never markup of the sender's. */
export const RichText = memo(function RichText({ message, after }: RichTextProps) {
  const { text } = message;
  const count = useMemo(() => emojiCount(text), [text]);
  const blocks = useMemo(() => parse(text), [text]);
  const only = blocks[0];
  if (count > 0) {
    return (
      <p className={count > largest ? "text emoji-only many" : "text emoji-only"} dir="auto">
        <span data-testid="message-text">{text}</span>
        {after}
      </p>
    );
  }
  if (blocks.length === 1 && only?.kind === "text") {
    return (
      <p className="text" dir="auto">
        <span data-testid="message-text">{inline(only.children, message)}</span>
        {after}
      </p>
    );
  }
  return (
    <div className="text" dir="auto">
      <div className="blocks" data-testid="message-text">
        {blocks.map((block, i) => (
          <BlockView key={i} block={block} message={message} />
        ))}
      </div>
      {after}
    </div>
  );
});

function BlockView({ block, message }: { block: Block; message: Message }) {
  switch (block.kind) {
    case "text":
      return <p dir="auto">{inline(block.children, message)}</p>;
    case "code":
      return <CodeBlock language={block.language} text={block.text} />;
    case "quote":
      return (
        <blockquote dir="auto">
          {block.children.map((child, i) => (
            <BlockView key={i} block={child} message={message} />
          ))}
        </blockquote>
      );
    case "list":
      return <ListView list={block} message={message} />;
  }
}

function CodeBlock({ language, text }: { language: string | null; text: string }) {
  const tab = useContext(TabContext);
  return (
    // Long lines scroll, also by keys.
    <pre dir="ltr" tabIndex={tab} role="group" aria-label={language === null ? "Code" : `Code, ${language}`} data-language={language ?? undefined}>
      <code>{text}</code>
    </pre>
  );
}

function ListView({ list, message }: { list: List; message: Message }) {
  const items = list.items.map((item, i) => (
    <li key={i} dir="auto" value={item.number ?? undefined}>
      {inline(item.children, message)}
      {item.nested.map((nested, at) => (
        <ListView key={at} list={nested} message={message} />
      ))}
    </li>
  ));
  return list.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
}

const inline = (nodes: readonly Inline[], message: Message): ReactNode => nodes.map((node, i) => inlineNode(node, i, message));

function inlineNode(node: Inline, key: number, message: Message): ReactNode {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return <code key={key}>{node.text}</code>;
    case "strong":
      return <strong key={key}>{inline(node.children, message)}</strong>;
    case "em":
      return <em key={key}>{inline(node.children, message)}</em>;
    case "strike":
      return <s key={key}>{inline(node.children, message)}</s>;
    case "link":
      return (
        <Link key={key} href={node.href}>
          {inline(node.children, message)}
        </Link>
      );
    case "mention":
      return <Mention key={key} name={node.name} message={message} />;
  }
}

function Link({ href, children }: { href: string; children: ReactNode }) {
  const tab = useContext(TabContext);
  if (isOfThisPage(href)) {
    return (
      <a href={href.slice(href.indexOf("#"))} tabIndex={tab} data-testid="message-link">
        {children}
      </a>
    );
  }
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow" tabIndex={tab} data-testid="link">
      {children}
    </a>
  );
}

/** A room or a message here: no reason to leave the page. */
function isOfThisPage(href: string): boolean {
  const { origin, pathname, search, hash } = new URL(href);
  return origin === window.location.origin && pathname === window.location.pathname && search === "" && hash.startsWith("#/rooms/");
}

/** The server has decided whom the message mentions; other names after an @ are text. */
function Mention({ name, message }: { name: string; message: Message }) {
  const tab = useContext(TabContext);
  const page = usePage();
  const { me, roomId } = useSurface();
  const user = useChatState((s) => mentioned(s.users, message, name));
  const whole = message.mentionsRoom && names(name).includes("room");
  if (!user && !whole) {
    return `@${name}`;
  }
  const shown = name.slice(0, (user?.username ?? "room").length);
  const rest = name.slice(shown.length);
  if (!user) {
    return (
      <>
        <span className="mention me" data-testid="mention" data-me="true">
          @{shown}
        </span>
        {rest}
      </>
    );
  }
  const open = (): void => page.openPerson(user.userId, roomId);
  return (
    <>
      {/* No button: its text could not be selected with the text around it. */}
      <span
        className={user.userId === me ? "mention me" : "mention"}
        role="button"
        tabIndex={tab}
        title={user.displayName}
        data-testid="mention"
        data-user-id={user.userId}
        data-me={user.userId === me}
        onClick={open}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            open();
          }
        }}
      >
        @{shown}
      </span>
      {rest}
    </>
  );
}

/** The names that may be meant, the longest first: what ends in a dot may be a name with a dot, or one at the end of a sentence. */
function names(typed: string): readonly string[] {
  const all = [typed.toLowerCase()];
  while (/[._-]$/.test(all.at(-1)!) && all.at(-1)!.length > 1) {
    all.push(all.at(-1)!.slice(0, -1));
  }
  return all;
}

function mentioned(users: ReadonlyMap<string, User>, message: Message, typed: string): User | undefined {
  const known = message.mentions.map((userId) => users.get(userId));
  for (const name of names(typed)) {
    const user = known.find((u) => u?.username === name);
    if (user) {
      return user;
    }
  }
  return undefined;
}
