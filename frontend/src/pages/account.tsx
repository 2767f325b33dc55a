// Who one is here, what this browser remembers, and the way to the API.
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { useOutletContext } from "react-router";
import { SINGLE_KEYS, THEME } from "../state/preferences";
import { Button } from "../ui/button";
import { Toggle } from "../ui/field";
import { Pane } from "../ui/pane";
import { choose, usePreference } from "../ui/preference";
import type { FrameContext } from "./frame";
import { useShell } from "./shell";
import { ShortcutList } from "./shortcuts";

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
            <dd>
              {session.user?.isStaff
                ? "staff: you see and change the pods of every namespace"
                : "member: you see and change the pods of your own namespace"}
            </dd>
          </dl>
        </Pane>
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
        <ToggleButtonGroup
          className="switcher"
          aria-label="Theme"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[theme]}
          onSelectionChange={(keys) => choose(THEME, THEME.choices.find((each) => keys.has(each)) ?? "system")}
        >
          <ToggleButton id="system">System</ToggleButton>
          <ToggleButton id="light">Light</ToggleButton>
          <ToggleButton id="dark">Dark</ToggleButton>
        </ToggleButtonGroup>
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
          A token is made on the machine that runs the playground. It is shown once, holds until an admin deletes it,
          and may do all that you may:
        </p>
        <pre className="code">./play token {name}</pre>
        <p>Then, with the token in place of TOKEN:</p>
        <pre className="code">
          curl -H 'Authorization: Bearer TOKEN' {address}/api/v1/namespaces/{namespace ?? "NAMESPACE"}/pods
        </pre>
      </div>
    </Pane>
  );
}
