// The header around every page.

import { useRef } from "react";
import { NavLink } from "react-router";
import { following, THEME } from "../state/preferences";
import { Brand } from "../ui/brand";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Keys } from "../ui/keys";
import { IS_MAC } from "../ui/platform";
import { choose, usePreference } from "../ui/preference";
import { useShell } from "./shell";

interface Props {
  readonly name: string;
  readonly seesAll: boolean;
}

export function Header({ name, seesAll }: Props) {
  const shell = useShell();
  return (
    <header className="top">
      <NavLink to="/" className="brand" end>
        <Brand />
        <span className="brand-name">Pod playground</span>
      </NavLink>
      <nav aria-label="Site">
        <NavLink to="/" end>
          My pods
        </NavLink>
        <NavLink to="/new">New pod</NavLink>
        <NavLink to="/teams">Teams</NavLink>
        {seesAll && <NavLink to="/nodes">Nodes</NavLink>}
        {seesAll && <NavLink to="/trail">Trail</NavLink>}
      </nav>
      <div className="top-tools">
        <Button kind="plain" aria-keyshortcuts={IS_MAC ? "Meta+K" : "Control+K"} onPress={() => shell.open("palette")}>
          <Icon name="search" />
          <span className="narrow-unseen">Commands</span>
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

/** The browser's own popover: it closes at Escape and at a press outside, and gives the focus back. */
function Account({ name, onSignOut }: AccountProps) {
  const menu = useRef<HTMLDivElement>(null);
  return (
    <div className="account-corner">
      <button
        type="button"
        className="button button-quiet"
        popoverTarget="account-menu"
        aria-label={`Account: ${name}`}
      >
        <Icon name="person" />
        <span className="wide-only short">{name}</span>
      </button>
      <div id="account-menu" popover="auto" ref={menu} className="popover account-menu">
        <p className="hint">
          Signed in as <strong>{name}</strong>
        </p>
        <NavLink to="/account" className="button button-plain" onClick={() => menu.current?.hidePopover()}>
          Account
        </NavLink>
        <Button onPress={onSignOut}>Sign out</Button>
      </div>
    </div>
  );
}
