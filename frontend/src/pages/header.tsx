// The header around every page.

import { useRef } from "react";
import { NavLink } from "react-router";
import type { SessionUser } from "../api/client";
import { following, THEME } from "../state/preferences";
import { Brand } from "../ui/brand";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Keys } from "../ui/keys";
import { IS_MAC } from "../ui/platform";
import { choose, usePreference } from "../ui/preference";
import { mayChange } from "./may-change";
import { useShell } from "./shell";

interface Props {
  readonly user: SessionUser;
}

export function Header({ user }: Props) {
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
        {mayChange(user) && <NavLink to="/new">New pod</NavLink>}
        <NavLink to="/teams">Teams</NavLink>
        {user.seesAll && <NavLink to="/nodes">Nodes</NavLink>}
        {user.seesAll && <NavLink to="/trail">Trail</NavLink>}
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
        <Account user={user} onSignOut={shell.signOut} />
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
  readonly user: SessionUser;
  readonly onSignOut: () => void;
}

/** The browser's own popover: it closes at Escape and at a press outside, and gives the focus back. */
function Account({ user: { name, role, seesAll }, onSignOut }: AccountProps) {
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
          {seesAll && `, ${role}`}
        </p>
        <NavLink to="/account" className="button button-plain" onClick={() => menu.current?.hidePopover()}>
          Account
        </NavLink>
        {seesAll && (
          // Django's pages: users, roles, event codes, pins of images. They are none of this program's.
          <a href="/admin/" className="button button-plain">
            Administration
          </a>
        )}
        <Button onPress={onSignOut}>Sign out</Button>
      </div>
    </div>
  );
}
