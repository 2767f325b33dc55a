// One team: who is in it, what it shares, and its end.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useOutletContext, useParams } from "react-router";
import { Refusal, told } from "../api/refusal";
import { deleteTeam, readTeam, type Team } from "../api/teams";
import { deletion } from "../state/teams";
import { visible } from "../state/text";
import { Button } from "../ui/button";
import { Problem, Skeleton } from "../ui/pane";
import { Question } from "../ui/question";
import type { FrameContext } from "./frame";
import { useNotices } from "./notice-queue";
import { TeamMembers } from "./team-members";
import { TeamNamespaces, useTeamPods } from "./team-namespaces";
import { TEAMS } from "./teams";
import "./teams.css";

const EVERY_MS = 5000;

export function TeamPage() {
  const { session } = useOutletContext<FrameContext>();
  const { name = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: [...TEAMS, name],
    queryFn: () => readTeam(name),
    refetchInterval: EVERY_MS,
  });
  const isGone = error instanceof Refusal && error.code === 404;
  const team = isGone ? null : data;
  return (
    <>
      <title>{`${visible(name)} · Teams · Pod playground`}</title>
      <div className="page-head">
        <h1>
          <span className="path">
            <Link to="/teams">Teams</Link> /{" "}
          </span>
          {visible(name)}
        </h1>
        {team?.role && <span className="chip">you: {team.role}</span>}
        {team && !team.role && <span className="hint">You are not in it: you see it as {session.user?.role}.</span>}
        {team?.mayManage && <DeleteTeam team={team} />}
      </div>
      {isGone && (
        <Problem title="There is no team of that name, or you are not in it">
          <p>
            <Link to="/teams">Your teams</Link>
          </p>
        </Problem>
      )}
      {error && !isGone && (
        <Problem title={data ? "This page may be old" : "The team cannot be read"}>
          <p>{told(error)}</p>
          {!data && <Button onPress={() => refetch()}>Try again</Button>}
        </Problem>
      )}
      {!data && !error && (
        <div className="team" aria-busy="true">
          <Skeleton id="members" title="Members" lines={4} />
          <Skeleton id="namespaces" title="Namespaces and pods" lines={3} />
        </div>
      )}
      {team && (
        <div className="team">
          <TeamMembers team={team} me={session.user?.name ?? ""} />
          <TeamNamespaces team={team} />
        </div>
      )}
    </>
  );
}

function DeleteTeam({ team }: { readonly team: Team }) {
  const [asks, setAsks] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  const { pods, isKnown } = useTeamPods(team);
  const deleting = useMutation({
    mutationFn: () => deleteTeam(team.name),
    onSuccess: () => {
      notices?.say({ title: `${team.name} is deleted`, body: "Its namespaces stay, with their owners." });
      navigate("/teams");
    },
    onError: (error) => notices?.say({ title: `${team.name} was not deleted`, body: told(error), isBad: true }),
    onSettled: () => queries.invalidateQueries({ queryKey: TEAMS, exact: true }),
  });
  const asked = deletion(team, isKnown ? pods.length : null);
  return (
    <>
      <Button onPress={() => !deleting.isPending && setAsks(true)}>Delete team</Button>
      {asks && (
        <Question title={asked.title} yes={asked.yes} isGrave onYes={deleting.mutate} onClose={() => setAsks(false)}>
          <ul className="dialog-lines">
            {asked.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Question>
      )}
    </>
  );
}
