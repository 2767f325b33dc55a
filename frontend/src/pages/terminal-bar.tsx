// What can be done with the shell that shows: search, copy and paste, size, name, a second one beside it.
import { useState } from "react";
import { ToggleButton } from "react-aria-components";
import { SHELL_READER, SHELL_SIZE } from "../state/preferences";
import type { Tab } from "../state/shells";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Keys } from "../ui/keys";
import { choose, usePreference } from "../ui/preference";
import type { Screen } from "../views/terminal-screen";

const SIZES = ["11", "12", "13", "14", "16", "18", "22"] as const;

interface Props {
  readonly tab: Tab;
  readonly screen: () => Screen | undefined;
  readonly isSplit: boolean;
  readonly canSplit: boolean;
  readonly onSplit: () => void;
  readonly onPaste: (text: string) => void;
  readonly onName: (name: string) => void;
}

export function TerminalBar({ tab, screen, isSplit, canSplit, onSplit, onPaste, onName }: Props) {
  const [open, setOpen] = useState<"" | "search" | "name">("");
  const [said, say] = useState("");
  const isRead = usePreference(SHELL_READER) === "on";
  const toggle = (what: "search" | "name") => setOpen(open === what ? "" : what);
  const copy = () => {
    const text = screen()?.selection() ?? "";
    if (text === "") return say("Select something first");
    return (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => say("Copied"),
      () => say("The browser does not allow it: use the keys"),
    );
  };
  const paste = () =>
    (navigator.clipboard?.readText?.() ?? Promise.reject(new Error("no clipboard"))).then(onPaste, () =>
      say("The browser does not allow it: use the keys"),
    );
  return (
    <div className="shell-bar">
      <Button kind="quiet" aria-expanded={open === "search"} onPress={() => toggle("search")}>
        Search
      </Button>
      <Button kind="quiet" onPress={copy}>
        Copy
      </Button>
      <Button kind="quiet" onPress={paste}>
        Paste
      </Button>
      <Button kind="quiet" aria-expanded={open === "name"} onPress={() => toggle("name")}>
        Rename
      </Button>
      <ToggleButton className="button button-quiet" isSelected={isSplit} isDisabled={!canSplit} onChange={onSplit}>
        Side by side
      </ToggleButton>
      <ToggleButton
        className="button button-quiet"
        isSelected={isRead}
        onChange={(on) => choose(SHELL_READER, on ? "on" : "off")}
      >
        Screen reader
      </ToggleButton>
      <FontSize />
      <span className="hint" role="status">
        {said}
      </span>
      <span className="hint shell-keys">
        <Keys keys={["F6"]} /> leaves it, <Keys keys={["Ctrl", "Shift", "C"]} /> and{" "}
        <Keys keys={["Ctrl", "Shift", "V"]} /> copy and paste
      </span>
      {open === "search" && <Search screen={screen} />}
      {open === "name" && <Name key={tab.id} tab={tab} onName={onName} onDone={() => setOpen("")} />}
    </div>
  );
}

function FontSize() {
  const size = usePreference(SHELL_SIZE);
  const at = SIZES.indexOf(size);
  const go = (step: number) => choose(SHELL_SIZE, SIZES[at + step] ?? size);
  return (
    <>
      <Button kind="quiet" aria-label="A−, smaller text" isDisabled={at === 0} onPress={() => go(-1)}>
        A−
      </Button>
      <Button kind="quiet" aria-label="A+, larger text" isDisabled={at === SIZES.length - 1} onPress={() => go(1)}>
        A+
      </Button>
    </>
  );
}

function Search({ screen }: Pick<Props, "screen">) {
  const [wanted, setWanted] = useState("");
  const [isFound, setIsFound] = useState(true);
  const find = (back: boolean) => setIsFound(wanted === "" || (screen()?.find(wanted, back) ?? false));
  return (
    <form
      className="shell-search"
      onSubmit={(event) => {
        event.preventDefault();
        find(true);
      }}
    >
      <Field
        bare
        id="shell-search"
        label="Search the shell"
        value={wanted}
        onChange={setWanted}
        input={{ autoFocus: true }}
      />
      <Button kind="quiet" type="submit">
        Earlier
      </Button>
      <Button kind="quiet" onPress={() => find(false)}>
        Later
      </Button>
      <span className="hint" role="status">
        {isFound ? "" : "Not found"}
      </span>
    </form>
  );
}

interface NameProps extends Pick<Props, "tab" | "onName"> {
  readonly onDone: () => void;
}

function Name({ tab, onName, onDone }: NameProps) {
  const [name, setName] = useState(tab.name);
  return (
    <form
      className="shell-search"
      onSubmit={(event) => {
        event.preventDefault();
        onName(name.trim() || tab.member);
        onDone();
      }}
    >
      <Field
        bare
        id="shell-name"
        label="Name of the shell"
        value={name}
        onChange={(next) => setName(next.slice(0, 40))}
        input={{ autoFocus: true }}
      />
      <Button kind="quiet" type="submit">
        Save the name
      </Button>
    </form>
  );
}
