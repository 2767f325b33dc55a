// The header around every page of a signed-in person; anyone else is sent to sign in and back.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Suspense } from "react";
import { Navigate, NavLink, Outlet, useLocation, useNavigate } from "react-router";
import { type Session, signOut } from "../api/client";
import { told } from "../api/refusal";
import { dropDraft } from "../state/draft";
import { Button } from "../ui/button";
import { Empty, Problem } from "../ui/pane";
import { useSession } from "./session";

export interface FrameContext {
  readonly session: Session;
}

export function Frame() {
  const session = useSession();
  const location = useLocation();
  if (session.isPending) return <Empty>Asking who you are…</Empty>;
  // With an older answer the page stays as it is: what it shows says for itself how old it is.
  if (session.data === undefined) {
    return (
      <main className="page">
        <Problem title="The playground cannot be reached">
          <p>{told(session.error)}</p>
          <Button onPress={() => session.refetch()}>Try again</Button>
        </Problem>
      </main>
    );
  }
  if (session.data.user === null) {
    return <Navigate to="/sign-in" replace state={{ next: location.pathname }} />;
  }
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Header name={session.data.user.name} />
      <main className="page" id="main">
        <Suspense fallback={<Empty>Loading…</Empty>}>
          <Outlet context={{ session: session.data } satisfies FrameContext} />
        </Suspense>
      </main>
    </>
  );
}

function Header({ name }: { readonly name: string }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => {
      dropDraft();
      queries.clear();
      navigate("/sign-in", { replace: true });
    },
  });
  return (
    <header className="top">
      <NavLink to="/" className="brand" end>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect x="3" y="3" width="26" height="26" rx="7" className="brand-box" />
          <rect x="8" y="9" width="7" height="14" rx="2" className="brand-one" />
          <rect x="17" y="9" width="7" height="14" rx="2" className="brand-two" />
        </svg>
        Pod playground
      </NavLink>
      <nav aria-label="Site">
        <NavLink to="/" end>
          My pods
        </NavLink>
        <NavLink to="/new">New pod</NavLink>
      </nav>
      <span className="who">{name}</span>
      <Button kind="quiet" isDisabled={leave.isPending} onPress={() => leave.mutate()}>
        Sign out
      </Button>
    </header>
  );
}
