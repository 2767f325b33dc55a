// The header around every page.

import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { NavLink } from "react-router";
import { following, THEME } from "../state/preferences";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Keys } from "../ui/keys";
import { IS_MAC } from "../ui/platform";
import { choose, usePreference } from "../ui/preference";
import { useShell } from "./shell";

export function Header({ name }: { readonly name: string }) {
  const shell = useShell();
  return (
    <header className="top">
      <NavLink to="/" className="brand" end>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect x="3" y="3" width="26" height="26" rx="7" className="brand-box" />
          <rect x="8" y="9" width="7" height="14" rx="2" className="brand-one" />
          <rect x="17" y="9" width="7" height="14" rx="2" className="brand-two" />
        </svg>
        <span className="brand-name">Pod playground</span>
      </NavLink>
      <nav aria-label="Site">
        <NavLink to="/" end>
          My pods
        </NavLink>
        <NavLink to="/new">New pod</NavLink>
      </nav>
      <div className="top-tools">
        <Button
          kind="plain"
          aria-label="Command palette"
          aria-keyshortcuts={IS_MAC ? "Meta+K" : "Control+K"}
          onPress={() => shell.open("palette")}
        >
          <Icon name="search" />
          <span className="wide-only">Find or do</span>
          <span className="wide-only">
            <Keys keys={[IS_MAC ? "⌘" : "Ctrl", "K"]} />
          </span>
        </Button>
        <ThemeSwitch />
        <Account name={name} onSignOut={shell.signOut} />
      </div>
    </header>
  );
}

function ThemeSwitch() {
  const theme = usePreference(THEME);
  const next = following(THEME, theme);
  return (
    <Button kind="quiet" aria-label={`Theme: ${theme}. Switch to ${next}`} onPress={() => choose(THEME, next)}>
      <Icon name={theme} />
    </Button>
  );
}

interface AccountProps {
  readonly name: string;
  readonly onSignOut: () => void;
}

function Account({ name, onSignOut }: AccountProps) {
  return (
    <DialogTrigger>
      <Button kind="quiet" aria-label={`Account: ${name}`}>
        <Icon name="person" />
        <span className="wide-only short">{name}</span>
      </Button>
      <Popover placement="bottom end" className="popover">
        <Dialog className="account-menu" aria-label={`Account: ${name}`}>
          {({ close }) => (
            <>
              <p className="hint">
                Signed in as <strong>{name}</strong>
              </p>
              <NavLink to="/account" className="button button-plain" onClick={close}>
                Account
              </NavLink>
              <Button onPress={onSignOut}>Sign out</Button>
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
