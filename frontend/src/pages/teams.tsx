// The teams one is in, and for operators and auditors all of them; and a new one, for whom the service lets.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useNavigate, useOutletContext } from "react-router";
import type { SessionUser } from "../api/client";
import { told } from "../api/refusal";
import { foundTeam, listTeams, type Team } from "../api/teams";
import { membersInShort } from "../state/teams";
import { counted } from "../state/text";
import { Button } from "../ui/button";
import { Field, FieldErrors } from "../ui/field";
import { Empty, Pane, Problem, Skeleton } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";
import { useFieldErrors } from "./field-errors";
import type { FrameContext } from "./frame";
import { useNotices } from "./notice-queue";
import "./teams.css";

export const TEAMS = ["teams"] as const;
const EVERY_MS = 10_000;

export function TeamsPage() {
  const { session } = useOutletContext<FrameContext>();
  const { data, error, refetch } = useQuery({ queryKey: TEAMS, queryFn: listTeams, refetchInterval: EVERY_MS });
  return (
    <>
      <title>Teams · Pod playground</title>
      <div className="page-head">
        <h1>Teams</h1>
        {session.user?.seesAll && <span className="hint">You see all of them, as {session.user.role}.</span>}
      </div>
      {error && (
        <Problem title={data ? "This list may be old" : "The teams cannot be listed"}>
          <p>{told(error)}</p>
          {!data && <Button onPress={() => refetch()}>Try again</Button>}
        </Problem>
      )}
      {!data && !error && <Skeleton id="teams" title="Teams" lines={3} />}
      {data && (
        <div className="team">
          <Pane
            title={session.user?.seesAll ? "All teams" : "Your teams"}
            aside={data.items.length > 0 && counted(data.items.length, "team")}
          >
            {data.items.length > 0 ? (
              <FactTable caption="Teams" columns={COLUMNS} groups={whole(data.items)} keyOf={({ name }) => name} />
            ) : (
              <None user={session.user} mayFound={data.mayFound} />
            )}
          </Pane>
          {data.mayFound && <NewTeam />}
        </div>
      )}
    </>
  );
}

const COLUMNS: readonly Column<Team>[] = [
  {
    head: "Team",
    fills: true,
    cell: (team) => (
      <>
        <Link className="strong" to={`/teams/${team.name}`}>
          {team.name}
        </Link>
        <p className="hint">{membersInShort(team)}</p>
      </>
    ),
  },
  { head: "You are", cell: ({ role }) => role ?? <span className="hint">not in it</span> },
  {
    head: "Namespaces",
    worth: 2,
    cell: ({ namespaces }) => (
      <span className="mono breaks">{namespaces.map(({ name }) => name).join(", ") || "none"}</span>
    ),
  },
];

function None({ user, mayFound }: { readonly user: SessionUser | null; readonly mayFound: boolean }) {
  if (user?.seesAll) return <Empty>There is no team yet.</Empty>;
  return (
    <Empty>
      You are in no team. A team's admin takes you in by your user name, <strong>{user?.name}</strong>
      {mayFound ? "; or found one yourself." : "."}
    </Empty>
  );
}

const FIELDS = { name: "team-name" } as const;

function NewTeam() {
  const [name, setName] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  const founding = useMutation({
    mutationFn: () => foundTeam(name.trim()),
    onSuccess: () => {
      notices?.say({
        title: `${name.trim()} is founded`,
        body: "You are its admin: take people in by their user names.",
      });
      navigate(`/teams/${name.trim()}`);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: TEAMS }),
  });
  const { errors, rest } = useFieldErrors(founding.error, FIELDS, founding.reset);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!founding.isPending) founding.mutate();
  };
  return (
    <Pane
      title="Found a team"
      note="You become its admin. Its namespace has the same name, and belongs to you and the team."
    >
      <form className="team-form team-found" onSubmit={submit} aria-label="Found a team">
        <FieldErrors value={errors}>
          <Field
            mono
            id={FIELDS.name}
            label="Name"
            value={name}
            onChange={setName}
            description="Lower-case letters, digits and hyphens; never renamed."
          />
        </FieldErrors>
        <Button type="submit" kind="main" isDisabled={name.trim() === ""}>
          Found the team
        </Button>
        {rest && <Problem title="It was not founded">{rest}</Problem>}
      </form>
    </Pane>
  );
}
