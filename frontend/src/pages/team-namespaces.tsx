// The namespaces that a team shares, and the pods in them.
import { useQueries } from "@tanstack/react-query";
import { Link } from "react-router";
import { listPods } from "../api/client";
import { told } from "../api/refusal";
import type { Team } from "../api/teams";
import { counted, visible } from "../state/text";
import { Empty, Pane, Problem } from "../ui/pane";
import { FactTable, whole } from "../ui/table";
import { AGE, NAME, PHASE } from "./pod-columns";
import { TeamQuota } from "./quota-bar";

const EVERY_MS = 5000;

export function useTeamPods({ namespaces }: Team) {
  return useQueries({
    queries: namespaces.map(({ name }) => ({
      queryKey: ["pods", name],
      queryFn: () => listPods(name),
      refetchInterval: EVERY_MS,
    })),
    combine: (answers) => ({
      pods: answers.flatMap(({ data }) => data ?? []),
      isKnown: answers.every(({ data }) => data !== undefined),
      error: answers.find(({ error }) => error)?.error ?? null,
    }),
  });
}

const COLUMNS = [NAME, PHASE, AGE];

export function TeamNamespaces({ team }: { readonly team: Team }) {
  const { pods, isKnown, error } = useTeamPods(team);
  return (
    <Pane
      title="Namespaces and pods"
      id="namespaces"
      aside={isKnown && counted(pods.length, "pod")}
      note="All members may do everything with these pods. Each counts for whoever made it, and for the team."
    >
      <div className="team-quota">
        <TeamQuota name={team.name} />
      </div>
      {error && <Problem title="The pods cannot be listed">{told(error)}</Problem>}
      {team.namespaces.length === 0 && (
        <Empty>It shares no namespace. An operator can give it one at /admin/, “Namespaces”.</Empty>
      )}
      {team.namespaces.map(({ name, owner }) => {
        const own = pods.filter(({ namespace }) => namespace === name);
        return (
          <section key={name} aria-labelledby={`namespace-${name}`}>
            <div className="team-namespace">
              <h3 id={`namespace-${name}`}>
                <Link className="mono" to={`/?namespace=${name}`}>
                  {name}
                </Link>
              </h3>
              <span className="hint">owner {visible(owner)}</span>
              {/* An auditor sees the team and makes nothing in it. */}
              {(team.role || team.mayManage) && (
                <Link className="button button-plain" to={`/new?namespace=${name}`}>
                  New pod<span className="unseen"> in {name}</span>
                </Link>
              )}
            </div>
            {own.length > 0 ? (
              <FactTable
                caption={`Pods of ${name}`}
                columns={COLUMNS}
                groups={whole(own)}
                keyOf={(pod) => pod.uid || pod.name}
              />
            ) : (
              <Empty>{isKnown ? "No pods here yet." : "Looking for its pods…"}</Empty>
            )}
          </section>
        );
      })}
    </Pane>
  );
}
