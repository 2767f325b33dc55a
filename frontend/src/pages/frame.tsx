// What is around every page of a signed-in person; anyone else is sent to sign in and back.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Suspense, useMemo, useState } from "react";
import { Navigate, Outlet, useLocation, useNavigate } from "react-router";
import { type Session, type SessionUser, signOut } from "../api/client";
import { told } from "../api/refusal";
import { dropDraft } from "../state/drop-draft";
import { following, THEME } from "../state/preferences";
import type { Command } from "../state/shortcuts";
import { Button } from "../ui/button";
import { late } from "../ui/late";
import { Mishap } from "../ui/mishap";
import { Empty, Problem } from "../ui/pane";
import { choose, usePreference } from "../ui/preference";
import { useDeletions } from "./deletions";
import { Header } from "./header";
import { useNotices } from "./notice-queue";
import { endedState, useSession } from "./session";
import { type Overlay, type Shell, ShellContext } from "./shell";
import { usePlaces } from "./use-places";
import { useShortcuts } from "./use-shortcuts";

// They come when they are first opened.
const Palette = late(async () => (await import("./palette")).Palette);
const LeaveVisit = late(async () => (await import("./leave-visit")).LeaveVisit);
const VisitNote = late(async () => (await import("./visit-note")).VisitNote);
const ShortcutsDialog = late(async () => (await import("./shortcuts")).ShortcutsDialog);

export interface FrameContext {
  readonly session: Session;
}

export function Frame() {
  const session = useSession();
  const location = useLocation();
  const before = useBefore(session.data?.user);
  if (session.isPending) return <Waiting />;
  // With an older answer the page stays as it is: what it shows says for itself how old it is.
  if (session.data === undefined) {
    return (
      <main className="centre">
        <title>Not reached · Pod playground</title>
        <h1>The playground cannot be reached</h1>
        <div className="lost">
          <Problem title={told(session.error)}>
            <p>It is asked again every few seconds, and this page goes on by itself when it answers.</p>
          </Problem>
        </div>
        <Button onPress={() => session.refetch()}>Try again now</Button>
      </main>
    );
  }
  if (session.data.user === null) {
    return <Navigate to="/sign-in" replace state={endedState(before, location)} />;
  }
  if (session.data.user.needsSecondFactor && location.pathname !== "/account") {
    return <Navigate to="/account#second-factor" replace />;
  }
  return <SignedIn session={session.data} user={session.data.user} />;
}

/** Who was signed in on this page before it was nobody. */
function useBefore(user: SessionUser | null | undefined): SessionUser | null {
  const [last, setLast] = useState<SessionUser | null>(null);
  if (user && user !== last) setLast(user);
  return last;
}

/** The header's room is kept, so that nothing jumps. */
function Waiting() {
  return (
    <>
      <div className="top" />
      <main className="page">
        <Empty>Asking who you are…</Empty>
      </main>
    </>
  );
}

function SignedIn({ session, user }: { readonly session: Session; readonly user: SessionUser }) {
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const { pathname } = useLocation();
  const leave = useSignOut();
  const isGuest = user.guestUntil !== "";
  const shell: Shell = useMemo(
    () => ({ open: setOverlay, signOut: isGuest ? () => setOverlay("leaving") : leave }),
    [leave, isGuest],
  );
  const close = () => setOverlay(null);
  useKeys(setOverlay);
  usePlaces();
  return (
    <ShellContext value={shell}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Header user={user} />
      <main className="page" id="main" tabIndex={-1}>
        {isGuest && (
          <Suspense fallback={null}>
            <VisitNote until={user.guestUntil} />
          </Suspense>
        )}
        <Mishap place={pathname}>
          <Suspense fallback={<Empty>Loading…</Empty>}>
            <Outlet context={{ session } satisfies FrameContext} />
          </Suspense>
        </Mishap>
      </main>
      <Mishap place={`${pathname} ${overlay}`}>
        <Suspense fallback={null}>
          {overlay === "palette" && <Palette session={session} onClose={close} />}
          {overlay === "leaving" && <LeaveVisit onYes={leave} onClose={close} />}
          {overlay === "shortcuts" && <ShortcutsDialog onClose={close} />}
        </Suspense>
      </Mishap>
    </ShellContext>
  );
}

/** What waits to be deleted is sent first: afterwards nobody could. */
function useSignOut(): () => void {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const deletions = useDeletions();
  const notices = useNotices();
  const { mutate } = useMutation({
    mutationFn: async () => {
      await deletions?.leave();
      await signOut();
    },
    onSuccess: () => {
      dropDraft();
      notices?.clear();
      queries.clear();
      navigate("/sign-in", { replace: true });
    },
    onError: (error) => notices?.say({ title: "You are still signed in", body: told(error), isBad: true }),
  });
  return mutate;
}

function useKeys(setOverlay: (change: (overlay: Overlay | null) => Overlay | null) => void): void {
  const navigate = useNavigate();
  const deletions = useDeletions();
  const theme = usePreference(THEME);
  const commands: Readonly<Record<Command, () => void>> = {
    "my-pods": () => navigate("/"),
    "new-pod": () => navigate("/new"),
    teams: () => navigate("/teams"),
    account: () => navigate("/account"),
    filter: () => document.getElementById("filter")?.focus(),
    theme: () => choose(THEME, following(THEME, theme)),
    undo: () => deletions?.undoLast(),
    shortcuts: () => setOverlay((overlay) => overlay ?? "shortcuts"),
  };
  useShortcuts({
    // Over a question of the page it would be one too many.
    onPalette: () => setOverlay((overlay) => (overlay === null && document.querySelector(".veil") ? null : "palette")),
    onCommand: (command) => commands[command](),
  });
}
