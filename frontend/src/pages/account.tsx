// Who one is here, what this browser remembers, and the way to the API.
import { useOutletContext } from "react-router";
import { SINGLE_KEYS, THEME } from "../state/preferences";
import { moment } from "../state/text";
import { visitTerms } from "../state/visit";
import { Button } from "../ui/button";
import { Pane } from "../ui/pane";
import { choose, usePreference } from "../ui/preference";
import { Switcher } from "../ui/switcher";
import { CopyButton } from "../ui/take";
import { Toggle } from "../ui/toggle";
import { PasswordPane } from "./account-password";
import { SecondFactorPane } from "./account-second-factor";
import { Sessions } from "./account-sessions";
import { Tokens } from "./account-tokens";
import type { FrameContext } from "./frame";
import { useShell } from "./shell";
import { ShortcutList } from "./shortcuts";

const THEMES = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

const ROLES: ReadonlyMap<string, string> = new Map([
  ["learner", "learner: you see and change the pods of your own namespace, and of your teams'"],
  ["author", "author: you see and change the pods of your own namespace and of your teams', and found teams"],
  ["auditor", "auditor: you see everything, and change nothing"],
  ["operator", "operator: you see and change the pods of every namespace"],
]);

export function AccountPage() {
  const { session } = useOutletContext<FrameContext>();
  const shell = useShell();
  const name = session.user?.name ?? "";
  return (
    <>
      <title>Account · Pod playground</title>
      <div className="page-head">
        <h1>Account</h1>
        <Button onPress={shell.signOut}>Sign out</Button>
      </div>
      <div className="account">
        <Pane title="You">
          <dl className="facts-list">
            <dt>Name</dt>
            <dd>{name}</dd>
            <dt>Namespace</dt>
            <dd className="mono">{session.namespace ?? "none yet: ask an admin for one"}</dd>
            <dt>Role</dt>
            <dd>{ROLES.get(session.user?.role ?? "") ?? session.user?.role}</dd>
          </dl>
        </Pane>
        {session.user?.guestUntil && (
          <Pane title="Your visit" id="visit" aside={`until ${moment(session.user.guestUntil, Date.now())}`}>
            <div className="account-body">
              {visitTerms(session.provider?.name ?? "").map((line) => (
                <p key={line}>{line}</p>
              ))}
            </div>
          </Pane>
        )}
        <SecondFactorPane isNeeded={session.user?.needsSecondFactor === true} />
        {!session.user?.needsSecondFactor && (
          <>
            {!session.user?.guestUntil && <PasswordPane />}
            <Sessions />
            <Tokens />
          </>
        )}
        <Appearance />
        <Api name={name} namespace={session.namespace} />
        <Pane title="Keyboard">
          <div className="account-body">
            <SingleKeys />
            <ShortcutList />
          </div>
        </Pane>
      </div>
    </>
  );
}

function Appearance() {
  const theme = usePreference(THEME);
  return (
    <Pane title="Theme" note="Kept in this browser. System follows what your computer says, by day and by night.">
      <div className="account-body">
        <Switcher label="Theme" value={theme} onChange={(value) => choose(THEME, value)} options={THEMES} />
      </div>
    </Pane>
  );
}

function SingleKeys() {
  const keys = usePreference(SINGLE_KEYS);
  return (
    <Toggle
      label="Shortcuts of one character"
      isOn={keys === "on"}
      onChange={(on) => choose(SINGLE_KEYS, on ? "on" : "off")}
      description="Switch them off if you speak to your computer, or if keys are pressed by accident. Kept in this browser."
    />
  );
}

function Api({ name, namespace }: { readonly name: string; readonly namespace: string | null }) {
  const address = globalThis.location.origin;
  return (
    <Pane
      title="API"
      note={
        <p>
          Its paths and objects are Kubernetes'. Described by <a href="/api/openapi.json">/api/openapi.json</a>; the
          playground's own by <a href="/api/playground/v1/openapi.json">/api/playground/v1/openapi.json</a>.
        </p>
      }
    >
      <div className="account-body">
        <p>
          Make a token above, or on the machine that runs the playground; that one may do all that you may, and never
          ends:
        </p>
        <Code text={`./play token ${name}`} about="the command" />
        <p>Then, with the token in place of TOKEN:</p>
        <Code
          text={`curl -H 'Authorization: Bearer TOKEN' ${address}/api/v1/namespaces/${namespace ?? "NAMESPACE"}/pods`}
          about="the request"
        />
      </div>
    </Pane>
  );
}

function Code({ text, about }: { readonly text: string; readonly about: string }) {
  return (
    <div className="code">
      <code className="mono">{text}</code>
      <CopyButton text={text} what={about} />
    </div>
  );
}
