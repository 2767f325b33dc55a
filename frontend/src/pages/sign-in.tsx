// Sign-in with a password, or with a one-time link whose token is in the fragment (which no server log ever sees).
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { becomeGuest } from "../api/account";
import { type Credentials, type IdentityProvider, type SessionUser, signIn } from "../api/client";
import { Refusal, told } from "../api/refusal";
import { isRecord, text } from "../state/read";
import { visible } from "../state/text";
import { Brand } from "../ui/brand";
import { Button } from "../ui/button";
import { Field, FieldErrors } from "../ui/field";
import { Problem } from "../ui/pane";
import { GuestForm } from "./guest-form";
import { SESSION_KEY, useSession } from "./session";

/** The page that sent the person here: a path of this site, never another host's address. */
function nextPage(state: unknown, search: string): string {
  const next = (isRecord(state) && text(state, "next")) || (new URLSearchParams(search).get("next") ?? "");
  return next.startsWith("/") && !next.startsWith("//") ? next : "/";
}

/** What follows once one is somebody. */
function useEntered() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const location = useLocation();
  return async () => {
    await queries.resetQueries({ queryKey: SESSION_KEY });
    const next = nextPage(location.state, location.search);
    // Django's pages are none of this program's.
    if (next.startsWith("/admin/")) globalThis.location.assign(next);
    else navigate(next, { replace: true });
  };
}

function useSignIn(onSuccess: () => Promise<void>) {
  // Kept while the next try is on its way: the field of the code, and the focus in it, stay.
  const [asksForCode, setAsksForCode] = useState(false);
  const entry = useMutation({
    mutationFn: signIn,
    // Without an answer it is sent again: a link is nowhere else by now.
    retry: (failures, error) => !(error instanceof Refusal) && failures < 2,
    onSuccess,
    onError: (error) => setAsksForCode(wantsCode(error)),
  });
  return { entry, asksForCode };
}

/** Spends the link at once, and only once: a second try would find it used. */
function useLink(spend: (credentials: Credentials) => void) {
  const spent = useRef(false);
  const { hash, pathname } = useLocation();
  useEffect(() => {
    if (spent.current || hash.length < 2) return;
    spent.current = true;
    const link = hash.slice(1);
    globalThis.history.replaceState(null, "", pathname);
    spend({ link, code: "" });
  }, [hash, pathname, spend]);
}

/** Whether a sign-in failed for want of a second factor, or for a wrong one. */
function wantsCode(error: unknown): boolean {
  return error instanceof Refusal && error.causes.some((cause) => cause.field === "code");
}

/** Why one is back here from the provider, as people/oidc.py has it. */
const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ["provider", "Signing in there did not work. Try again; if it stays so, an admin finds the reason in the log."],
  ["inactive", "Your user is not active here: ask an admin."],
]);

function ProviderLink({ provider }: { readonly provider: IdentityProvider }) {
  const { state, search } = useLocation();
  const problem = PROBLEMS.get(new URLSearchParams(search).get("problem") ?? "");
  return (
    <>
      {problem && <Problem title={`You are not signed in with ${provider.name}`}>{problem}</Problem>}
      <a
        className="button button-plain"
        href={`${provider.path}?${new URLSearchParams({ next: nextPage(state, search) })}`}
      >
        Sign in with {provider.name}
      </a>
    </>
  );
}

/** Why one is back here, as the frame has it. */
const ENDED: ReadonlyMap<string, { readonly title: string; readonly words: string }> = new Map([
  [
    "visit",
    {
      title: "Your visit is over",
      words: "Its pods are deleted. With the code of an event you come in again, as another guest.",
    },
  ],
  [
    "session",
    {
      title: "You were signed out",
      words: "Your session ended, or was ended elsewhere. Sign in to go on where you were.",
    },
  ],
]);

function Ended() {
  const { state } = useLocation();
  const why = ENDED.get(isRecord(state) ? text(state, "ended") : "");
  if (!why) return null;
  return (
    <div className="problem calm" role="status">
      <strong>{why.title}</strong>
      <p>{why.words}</p>
    </div>
  );
}

/** Somebody who is signed in came here all the same: by hand, or from Django's pages, which are not theirs. */
function AlreadyHere({ user }: { readonly user: SessionUser }) {
  const { state, search } = useLocation();
  const isAdmins = nextPage(state, search).startsWith("/admin/") && !user.seesAll;
  return (
    <div className="problem calm" role="status">
      <strong>You are signed in as {visible(user.name)}</strong>
      <p>
        {isAdmins && "The administration is for operators and auditors. "}
        Go to <Link to="/">My pods</Link>, or sign in as somebody else.
      </p>
    </div>
  );
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** What has to be typed and was not, by field. */
function empty({ username, password }: { readonly username: string; readonly password: string }) {
  const lacks = new Map<string, string>();
  if (username.trim() === "") lacks.set("username", "Your user name is needed.");
  if (password === "") lacks.set("password", "Your password is needed.");
  return lacks;
}

export function SignInPage() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const entered = useEntered();
  const { entry, asksForCode } = useSignIn(entered);
  const visit = useMutation({ mutationFn: becomeGuest, onSuccess: entered });
  const { data: session } = useSession();
  useLink(entry.mutate);
  const [code, setCode] = useState("");
  const [lacking, setLacking] = useState<ReadonlyMap<string, string>>(NOTHING);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (entry.isPending) return;
    // A link that asked for a code is still good, and nowhere else by now.
    const link = asksForCode && entry.variables && "link" in entry.variables ? entry.variables.link : "";
    const lacks = link ? NOTHING : empty({ username, password });
    setLacking(lacks);
    if (lacks.size > 0) {
      document.getElementById(lacks.has("username") ? "username" : "password")?.focus();
      return;
    }
    entry.mutate(link ? { link, code } : { username, password, code });
    setCode("");
  };
  return (
    <main className="centre">
      <title>Sign in · Pod playground</title>
      <form className="sign-in" onSubmit={submit}>
        <h1 className="brand">
          <Brand />
          Pod playground
        </h1>
        <p className="hint">Pods on Docker, seen from the inside. Sign in to have your own.</p>
        {!entry.isError && <Ended />}
        {session?.user && <AlreadyHere user={session.user} />}
        {entry.isError && asksForCode && entry.variables.code === "" && (
          <div className="problem calm" role="status">
            <strong>One more step</strong>
            <p>{told(entry.error)}</p>
          </div>
        )}
        {entry.isError && !(asksForCode && entry.variables.code === "") && (
          <Problem title="You are not signed in">
            <p>{told(entry.error)}</p>
            {entry.variables && "link" in entry.variables && entry.error instanceof Refusal && !asksForCode && (
              <p>
                Run <code className="mono">./play up</code> again (or <code className="mono">./play link NAME</code>) on
                the machine: it prints a new one.
              </p>
            )}
          </Problem>
        )}
        <FieldErrors value={{ of: lacking, changed: () => setLacking(NOTHING) }}>
          <Field
            id="username"
            label="User name"
            value={username}
            onChange={setUsername}
            input={{ autoComplete: "username" }}
          />
          <Field
            id="password"
            label="Password"
            value={password}
            onChange={setPassword}
            input={{ type: "password", autoComplete: "current-password" }}
          />
        </FieldErrors>
        {asksForCode && (
          <Field
            id="code"
            label="Code of your authenticator app"
            value={code}
            onChange={setCode}
            description="A recovery code does as well."
            input={{ autoComplete: "one-time-code", inputMode: "numeric", maxLength: 20, autoFocus: true }}
          />
        )}
        <Button kind="main" type="submit" isBusy={entry.isPending}>
          {entry.isPending ? "Signing in…" : "Sign in"}
        </Button>
        {session?.provider && <ProviderLink provider={session.provider} />}
        <p className="hint">
          On the machine itself, <code className="mono">./play up</code> prints a link that signs you in once.
        </p>
      </form>
      <GuestForm
        guests={session?.guests ?? "off"}
        isBusy={visit.isPending}
        problem={visit.isError ? told(visit.error) : ""}
        onCome={visit.mutate}
      />
    </main>
  );
}
