import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, plainText } from "../src/ui/markdown/parse";
import type { Block, Inline, List } from "../src/ui/markdown/tree";

/** A tree in short: marks as tags, text as itself. */
function show(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case "text":
          return node.text;
        case "code":
          return `<code>${node.text}</code>`;
        case "mention":
          return `<@${node.name}>`;
        case "link":
          return `<${node.href}|${show(node.children)}>`;
        default:
          return `<${node.kind}>${show(node.children)}</${node.kind}>`;
      }
    })
    .join("");
}

const showList = (list: List): string =>
  `${list.ordered ? "ol" : "ul"}[${list.items.map((i) => `${i.number ?? "-"} ${show(i.children)}${i.nested.map((l) => ` ${showList(l)}`).join("")}`).join(", ")}]`;

function showBlock(block: Block): string {
  switch (block.kind) {
    case "text":
      return show(block.children);
    case "code":
      return `pre(${block.language ?? ""})[${block.text}]`;
    case "quote":
      return `quote[${block.children.map(showBlock).join(" ")}]`;
    case "list":
      return showList(block);
  }
}

const shown = (text: string): string => parse(text).map(showBlock).join(" | ");

describe("marks within a line", () => {
  test.each([
    ["**bold**", "<strong>bold</strong>"],
    ["*italic* and _italic_", "<em>italic</em> and <em>italic</em>"],
    ["~~gone~~", "<strike>gone</strike>"],
    ["`a *b* c`", "<code>a *b* c</code>"],
    ["``a ` b``, `` ` ``", "<code>a ` b</code>, <code>`</code>"],
    ["` `` ` ``x``", "<code>``</code> <code>x</code>"],
    ["***both***", "<strong><em>both</em></strong>"],
    ["***a* b**", "<strong><em>a</em> b</strong>"],
    ["**a *b* ~~c~~**", "<strong>a <em>b</em> <strike>c</strike></strong>"],
    ["**two\nlines**", "<strong>two\nlines</strong>"],
  ])("%s", (text, tree) => expect(shown(text)).toBe(tree));

  test.each([
    ["**강조**를 했다", "<strong>강조</strong>를 했다"],
    ["**강조(한 것)**를 했다", "<strong>강조(한 것)</strong>를 했다"],
    ["이것은**강조**다", "이것은<strong>강조</strong>다"],
    ["这是**“重点”**内容", "这是<strong>“重点”</strong>内容"],
    ["これは**「太字」**です", "これは<strong>「太字」</strong>です"],
    ["*강조*를", "<em>강조</em>를"],
    ["~~취소~~했다", "<strike>취소</strike>했다"],
    ["`코드`를", "<code>코드</code>를"],
    ["**𠮷野家**で", "<strong>𠮷野家</strong>で"],
    ["(**مهم**)", "(<strong>مهم</strong>)"],
  ])("without blanks around: %s", (text, tree) => expect(shown(text)).toBe(tree));

  test.each([
    "snake_case_name and __init__",
    "2*3*4 = 24, 2**3**4, a * b * c",
    "보고서_최종_수정.pdf",
    "김*수, 박*영",
    "안녕~~ 네~~알겠습니다~~ ~5시",
    "** not bold **",
    "****",
    "*args, **kwargs",
    "¯\\_(ツ)_/¯ and C:\\*.* and \\**no**",
    "`open and\nclosed`",
    "**nothing\n\nreaches over a blank line**",
    "5 > 3 < 4 && a | b",
    "# no heading",
    "<b>no html</b> &lt; &#60;",
    "![no image](x)",
  ])("stays as it is: %s", (text) => expect(shown(text)).toBe(text));

  test("marks that cross are closed by the first", () => {
    expect(shown("**a *b** c*")).toBe("<strong>a *b</strong> c*");
    expect(shown("*a **b* c**")).toBe("<em>a **b</em> c**");
  });
});

describe("links", () => {
  test.each([
    ["https://example.com/a_b_c?d=*e*#f", "<https://example.com/a_b_c?d=*e*#f|https://example.com/a_b_c?d=*e*#f>"],
    ["See http://example.com.", "See <http://example.com/|http://example.com>."],
    ["(https://example.com/a(b))", "(<https://example.com/a(b)|https://example.com/a(b)>)"],
    ["HTTPS://EXAMPLE.com/A", "<https://example.com/A|HTTPS://EXAMPLE.com/A>"],
    ["**https://example.com**", "<strong><https://example.com/|https://example.com></strong>"],
    ["**https://example.com**를", "<strong><https://example.com/|https://example.com></strong>를"],
    ["https://example.com/가。다음", "<https://example.com/%EA%B0%80|https://example.com/가>。다음"],
    ["「https://example.com/x」、", "「<https://example.com/x|https://example.com/x>」、"],
    ["看https://example.com/x，好", "看<https://example.com/x|https://example.com/x>，好"],
    ["주소는https://example.com에서", "주소는<https://example.com/|https://example.com>에서"],
    ["https://한국.kr/길", "<https://xn--3e0b707e.kr/%EA%B8%B8|https://한국.kr/길>"],
    ["http://localhost:8080/x", "<http://localhost:8080/x|http://localhost:8080/x>"],
    ["https://example.com/@ann", "<https://example.com/@ann|https://example.com/@ann>"],
    ["[the *site*](https://example.com/a(b)) here", "<https://example.com/a(b)|the <em>site</em>> here"],
    ["[@ann](https://example.com)", "<https://example.com/|@ann>"],
    ["[한국어](https://example.com)를", "<https://example.com/|한국어>를"],
    ["[[x](https://example.com)](https://example.org)", "[<https://example.com/|x>](<https://example.org/|https://example.org>)"],
  ])("%s", (text, tree) => expect(shown(text)).toBe(tree));

  test.each([
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "[x](data:text/html,hi)",
    "[x](//example.com)",
    "[x](mailto:a@example.com)",
    "[x]( https://)",
    "ftp://example.com file:///etc/passwd",
    "xhttps://example.com",
    "https:// https://?",
    "[](https://)",
  ])("no link: %s", (text) => expect(shown(text)).toBe(text));

  test("words that name an address do not lead to another one", () => {
    expect(shown("[https://bank.example](https://evil.example)")).toBe(
      "[<https://bank.example/|https://bank.example>](<https://evil.example/|https://evil.example>)",
    );
    expect(shown("[www.bank.example](https://evil.example)")).toBe("[www.bank.example](<https://evil.example/|https://evil.example>)");
  });

  test("a mark that turns the direction of text ends an address", () => {
    expect(shown("https://example.com/\u202egpj.exe")).toBe("<https://example.com/|https://example.com/>\u202egpj.exe");
  });
});

describe("mentions", () => {
  test.each([
    ["@ann, look", "<@ann>, look"],
    ["안녕@ann님", "안녕<@ann>님"],
    ["**@ann**", "<strong><@ann></strong>"],
    ["@room", "<@room>"],
    ["mail@example.com", "mail@example.com"],
    ["@ @- @", "@ @- @"],
    ["`@ann`", "<code>@ann</code>"],
  ])("%s", (text, tree) => expect(shown(text)).toBe(tree));
});

describe("blocks", () => {
  test.each([
    ["```js\na *b*\n  c\n```", "pre(js)[a *b*\n  c]"],
    ["before\n```\ncode\n```\nafter", "before | pre()[code] | after"],
    ["```\ncode```", "pre()[code]"],
    ["````\n```\n````", "pre()[```]"],
    ["```not a language\ncode\n```", "pre()[not a language\ncode]"],
    ["```\nnever closed", "```\nnever closed"],
    ["```one line```", "<code>one line</code>"],
    ["> said\n> twice\nanswer", "quote[said\ntwice] | answer"],
    ["> > inner\n> outer", "quote[quote[inner] outer]"],
    ["> - a\n> - b", "quote[ul[- a, - b]]"],
    [">_<", ">_<"],
    [">", ">"],
    ["- a\n- b", "ul[- a, - b]"],
    ["* a", "ul[- a]"],
    ["3. c\n7. d", "ol[3 c, 7 d]"],
    ["- a\n  - b\n    - c\n- d", "ul[- a ul[- b ul[- c]], - d]"],
    ["- a\n  1. b\n  - c", "ul[- a ol[1 b] ul[- c]]"],
    ["- a\n1. b", "ul[- a] | ol[1 b]"],
    ["- a\n  goes on\n- b", "ul[- a\ngoes on, - b]"],
    ["2024. 5. 1. 회의", "2024. 5. 1. 회의"],
    ["-5 degrees\n1.5 times", "-5 degrees\n1.5 times"],
    ["a\n\n\nb", "a\n\n\nb"],
    ["\n\n- a\n\nb\n\n", "ul[- a] | b"],
    ["a\r\nb", "a\nb"],
  ])("%j", (text, tree) => expect(shown(text)).toBe(tree));
});

test("a preview is the text without its marks, on one line", () => {
  expect(plainText("**a** `b`\n> [c](https://example.com) @ann\n1. d\n- e\n```\nf\n```")).toBe("a b c @ann 1. d • e f");
});

/** Everything in a tree, for rules that hold for every input. */
function walk(blocks: readonly Block[]): { text: string; hrefs: string[]; depth: number } {
  let text = "";
  let deepest = 0;
  const hrefs: string[] = [];
  const inline = (nodes: readonly Inline[], depth: number): void => {
    deepest = Math.max(deepest, depth);
    for (const node of nodes) {
      if (node.kind === "text" || node.kind === "code") {
        text += node.text;
      } else if (node.kind === "mention") {
        text += `@${node.name}`;
      } else {
        inline(node.children, depth + 1);
        if (node.kind === "link") {
          hrefs.push(node.href);
        }
      }
    }
  };
  const list = ({ items }: List, depth: number): void => {
    for (const item of items) {
      text += item.number ?? "";
      inline(item.children, depth + 1);
      item.nested.forEach((nested) => list(nested, depth + 1));
    }
  };
  const block = (one: Block, depth: number): void => {
    deepest = Math.max(deepest, depth);
    if (one.kind === "text") {
      inline(one.children, depth + 1);
    } else if (one.kind === "code") {
      text += `${one.language ?? ""}${one.text}`;
    } else if (one.kind === "quote") {
      one.children.forEach((child) => block(child, depth + 1));
    } else {
      list(one, depth + 1);
    }
  };
  blocks.forEach((one) => block(one, 0));
  return { text, hrefs, depth: deepest };
}

const pieces = [
  ..."*_~`[]()>-.1@\\\n ",
  "**", "~~", "```", "```\n", "> ", "\n> ", "- ", "\n  - ", "1. ", "](", "](https://a.b", "https://", "http://x.y/", "@ann", "javascript:", "www.",
  "가", "漢", "か", "ا", "𠮷", "👩‍💻", "\u202e", "\u0301", "\ud800", "a", "Z", "。", "」", "\t", "\r\n", "\0",
];
const hostile = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "grapheme", maxLength: 4 })), { maxLength: 200 }).map((all) => all.join(""));
const letters = (text: string): string => text.replace(/[^\p{L}\p{M}\p{S}\p{Cs}]|[~`>]/gu, "");

describe("whatever is typed", () => {
  test("nothing throws, links lead to http and https only, and nothing is deeper than a screen bears", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { hrefs, depth } = walk(parse(text));
        expect(hrefs.filter((href) => !/^https?:\/\/[^/]/.test(href))).toEqual([]);
        expect(depth).toBeLessThanOrEqual(16);
      }),
      { numRuns: 3000 },
    );
  });

  test("every letter is shown, in its order", () => {
    // What a link leads to is not shown when it has words of its own, so these texts have none.
    fc.assert(
      fc.property(
        hostile.filter((text) => !text.includes("](")),
        (text) => {
          expect(letters(walk(parse(text)).text)).toBe(letters(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("text without marks is itself", () => {
    const calm = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[*_~`>@\\\s[\]-]|\d+\.|https?:/gi, "x"));
    fc.assert(
      fc.property(calm.filter((text) => text !== ""), (text) => {
        expect(shown(text)).toBe(text);
      }),
    );
  });
});

describe("8 KiB of nests", () => {
  /** Times are not asserted; a parser that is worse than linear here takes minutes and meets the test's own limit. */
  const full = (piece: string): string => piece.repeat(Math.ceil(8192 / piece.length)).slice(0, 8192);
  test.each([
    "*_[(>", "*a", "**a", "*", "_a_", "[", "[[](", "[a](http://", "](http://a(", "> ", "> > ", "`", "` ``", "```\n", "````\n```\n", "~~a", "\\", "\n", " \n",
    "- \n", "- a\n  ", "1. a\n   2. b\n", "@a", "http://", "http://a)", "http://a)))))", "https://a.b/(((", "(", ")", "h", "]", "**a*b", "***a", "a**a*a_a~~a`a",
  ])("of %j", (piece) => {
    for (const text of [full(piece), full(piece).split("").reverse().join(""), `http://a${full(piece)}`]) {
      expect(walk(parse(text)).depth).toBeLessThanOrEqual(16);
    }
    const deep = full(piece).slice(0, 4096);
    expect(walk(parse(deep + full("](http://a)"))).depth).toBeLessThanOrEqual(16);
  });
});
