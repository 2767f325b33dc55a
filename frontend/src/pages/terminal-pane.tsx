// Shells in the pod's members: opened, shown in tabs and side by side, found again, ended.
import "./terminal.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { listShells, nameShell } from "../api/client";
import type { PodFacts } from "../state/pod";
import { SHELL_READER, SHELL_SIZE } from "../state/preferences";
import { changed, chosen, linkTarget, pasteable, pasteQuestion, split } from "../state/shells";
import { visible } from "../state/text";
import { Button } from "../ui/button";
import { Choice, Field } from "../ui/field";
import { useHue } from "../ui/hue";
import { late } from "../ui/late";
import { Mishap } from "../ui/mishap";
import { Empty, Pane } from "../ui/pane";
import { usePreference } from "../ui/preference";
import { LastWord, LineNote } from "./shell-end";
import { TerminalBar } from "./terminal-bar";
import { LinkDialog, PasteDialog } from "./terminal-dialogs";
import { type ShellsOfPage, useShells } from "./use-shells";

const TerminalScreen = late(async () => (await import("../views/terminal-screen")).default);
const POLL_MS = 5000;

interface Props {
  readonly pod: PodFacts;
  readonly isGone: boolean;
}

export function TerminalPane({ pod, isGone }: Props) {
  const page = useShells(pod);
  const [asked, setAsked] = useState<{ readonly id: string; readonly text: string } | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const { shells, screens } = page;
  const left = shells.tabs.find(({ id }) => id === shells.left);
  const paste = (id: string, text: string) => {
    const clean = pasteable(text);
    if (pasteQuestion(clean)) setAsked({ id, text: clean });
    else screens.get(id)?.paste(clean);
  };
  const closeQuestion = () => {
    if (asked) screens.get(asked.id)?.focus();
    setAsked(null);
  };
  return (
    <Pane
      id="terminal"
      title="Terminal"
      wide
      look="shells"
      aside={shells.tabs.length > 0 ? "a shell without a page ends after a minute" : ""}
      actions={!isGone && <Opener pod={pod} onOpen={page.open} />}
    >
      <Tabs page={page} />
      {left && (
        <TerminalBar
          tab={left}
          screen={() => screens.get(left.id)}
          isSplit={shells.right !== ""}
          canSplit={shells.tabs.length > 1}
          onSplit={() => page.setShells(split)}
          onPaste={(text) => paste(left.id, text)}
          onName={(name) => rename(page, pod, left.id, name)}
        />
      )}
      {left ? (
        <Mishap place="terminal">
          <Suspense fallback={<Empty>Opening…</Empty>}>
            <Screens pod={pod} page={page} onPaste={paste} onLink={(uri) => setLink(linkTarget(uri))} />
          </Suspense>
        </Mishap>
      ) : (
        <Empty>No shell is open here. Choose a member and open one.</Empty>
      )}
      {!isGone && <Others pod={pod} page={page} />}
      {asked && (
        <PasteDialog text={asked.text} onYes={() => screens.get(asked.id)?.paste(asked.text)} onClose={closeQuestion} />
      )}
      {link && <LinkDialog target={link} onClose={() => setLink(null)} />}
    </Pane>
  );
}

function rename(page: ShellsOfPage, pod: PodFacts, id: string, name: string) {
  page.setShells((now) => changed(now, id, { name }));
  nameShell(pod.namespace, pod.name, id, name).catch(() => undefined); // it is only a name
}

/** Which member and as whom. */
function Opener({ pod, onOpen }: { readonly pod: PodFacts; readonly onOpen: ShellsOfPage["open"] }) {
  const running = pod.members.filter((member) => member.state === "running").map(({ name }) => name);
  const [wanted, setWanted] = useState("");
  const [user, setUser] = useState("");
  const member = running.includes(wanted) ? wanted : (running[0] ?? "");
  const options = running.map((name) => ({ value: name, label: name }));
  return (
    <>
      <Choice bare id="shell-member" label="Shell in member" value={member} onChange={setWanted} options={options} />
      <Field
        bare
        id="shell-user"
        label="Shell as user"
        value={user}
        onChange={setUser}
        input={{ placeholder: "its own user", size: 12 }}
      />
      <Button isDisabled={member === ""} onPress={() => onOpen(member, user.trim())}>
        Open a shell
      </Button>
    </>
  );
}

const LINES = {
  connecting: "connecting",
  live: "",
  lost: "reconnecting",
  "signed-out": "signed out",
  gone: "gone",
  moved: "on another page",
  idle: "idle",
  "too-many": "not connected",
  over: "ended",
};

function Tabs({ page }: { readonly page: ShellsOfPage }) {
  const hue = useHue();
  const { shells } = page;
  if (shells.tabs.length === 0) return null;
  return (
    <ul className="shell-tabs" aria-label="Shells">
      {shells.tabs.map(({ id, name, member, user }) => {
        const { line, last } = page.condition(id);
        const state = last ? "ended" : LINES[line];
        const isShown = id === shells.left || id === shells.right;
        return (
          <li key={id} className={`shell-tab member ${hue(member)}`} data-shown={isShown}>
            <button
              type="button"
              id={`shell-tab-${id}`}
              aria-current={id === shells.left}
              onClick={() => page.setShells((now) => chosen(now, id))}
            >
              <i className="swatch" aria-hidden="true" />
              {visible(name)}
              {user && <span className="hint"> as {user}</span>}
              {state && <span className="hint"> · {state}</span>}
            </button>
            <Button kind="quiet" aria-label={`Close shell ${visible(name)}`} onPress={() => page.close(id)}>
              ×
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

interface ScreensProps {
  readonly pod: PodFacts;
  readonly page: ShellsOfPage;
  readonly onPaste: (id: string, text: string) => void;
  readonly onLink: (uri: string) => void;
}

function Screens({ pod, page, onPaste, onLink }: ScreensProps) {
  const fontSize = Number(usePreference(SHELL_SIZE));
  const isRead = usePreference(SHELL_READER) === "on";
  const hue = useHue();
  const { shells, screens } = page;
  return (
    <div className="screens" data-split={shells.right !== ""}>
      {shells.tabs.map((tab) => {
        const { id } = tab;
        const isShown = id === shells.left || id === shells.right;
        const condition = page.condition(id);
        return (
          <div key={id} className={`shell ${hue(tab.member)}`} hidden={!isShown} data-right={id === shells.right}>
            <TerminalScreen
              namespace={pod.namespace}
              pod={pod.name}
              tab={tab}
              isShown={isShown && condition.last?.type !== "refused"}
              fontSize={fontSize}
              isRead={isRead}
              onScreen={(screen) => {
                if (screen) screens.set(id, screen);
                else screens.delete(id);
                if (!tab.begun) screen?.focus(); // it was asked for; one that a reload found again was not
              }}
              onLine={(line) => page.onLine(id, line)}
              onTold={(message) => page.onTold(id, message)}
              onPaste={(text) => onPaste(id, text)}
              onLink={onLink}
              onLeave={() => document.getElementById(`shell-tab-${id}`)?.focus()}
              onLeft={(left) => page.onLeft(id, left)}
            />
            <LineNote condition={condition} onTake={() => screens.get(id)?.takeOver()} />
            {condition.last && <LastWord pod={pod} tab={tab} last={condition.last} page={page} />}
          </div>
        );
      })}
    </div>
  );
}

/** One's shells that live and have no tab here. */
function Others({ pod, page }: { readonly pod: PodFacts; readonly page: ShellsOfPage }) {
  const client = useQueryClient();
  const key = ["shells", pod.uid];
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => listShells(pod.namespace, pod.name),
    refetchInterval: POLL_MS,
    retry: false,
  });
  const count = page.shells.tabs.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab, another list
  useEffect(() => void client.invalidateQueries({ queryKey: key }), [count]);
  const others = (data ?? []).filter(({ id }) => page.shells.tabs.every((tab) => tab.id !== id));
  if (others.length === 0) return null;
  return (
    <div className="note">
      <p>Shells of yours that live without a tab here:</p>
      <ul className="shell-others" aria-label="Other shells">
        {others.map((shell) => (
          <li key={shell.id}>
            {visible(shell.name)} in {shell.member}
            <span className="hint">{shell.attached ? " · shown on another page" : " · ends soon"}</span>
            <Button kind="quiet" aria-label={`Show shell ${visible(shell.name)}`} onPress={() => page.attach(shell)}>
              Show
            </Button>
            <Button kind="quiet" aria-label={`End shell ${visible(shell.name)}`} onPress={() => page.close(shell.id)}>
              End
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
