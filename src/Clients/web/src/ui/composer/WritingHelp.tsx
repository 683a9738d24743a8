import { Popover } from "../Popover";

const marks = [
  ["**bold**", "Ctrl+B"],
  ["*italic* or _italic_", "Ctrl+I"],
  ["~~struck out~~", ""],
  ["`code`", ""],
  ["``` code lines ```", ""],
  ["> quote", ""],
  ["- list, 1. list", ""],
  ["[words](https://…)", ""],
  ["@name, @room", ""],
  [":smile", ""],
] as const;

const keys = [
  ["Send", "Enter"],
  ["New line", "Shift+Enter"],
  ["Edit your last message", "↑"],
  ["Cancel a reply or an edit", "Esc"],
  ["Go to the messages", "Shift+Tab"],
  ["From message to message", "↑ ↓"],
  ["Menu of a message", "Enter"],
  ["Reply, thread, edit, react", "R T E +"],
] as const;

/** How to write, for those who look for it. */
export function WritingHelp({ anchor, onClose }: { readonly anchor: HTMLElement | null; readonly onClose: () => void }) {
  return (
    <Popover anchor={anchor} label="Writing" testId="writing-help" className="writing-help" onClose={onClose}>
      <h3>Marks</h3>
      <Table rows={marks} />
      <h3>Keys</h3>
      <Table rows={keys} />
    </Popover>
  );
}

function Table({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl>
      {rows.map(([what, key]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{key && <kbd>{key}</kbd>}</dd>
        </div>
      ))}
    </dl>
  );
}
