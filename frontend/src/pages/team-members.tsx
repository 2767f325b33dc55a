// Who is in a team: taken in by user name, made an admin or a member, shown out; and who leaves.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { told } from "../api/refusal";
import { putMember, removeMember, type Team, type TeamRole } from "../api/teams";
import { type Act, done, LABELS, type Place, places, question } from "../state/teams";
import { counted, visible } from "../state/text";
import { Button } from "../ui/button";
import { Choice, Field, FieldErrors } from "../ui/field";
import { Pane, Problem } from "../ui/pane";
import { Question } from "../ui/question";
import { useFieldErrors } from "./field-errors";
import { useNotices } from "./notice-queue";
import { TEAMS } from "./teams";

interface Props {
  readonly team: Team;
  readonly me: string;
}

interface Change {
  readonly place: Place;
  readonly act: Act;
}

function send(team: Team, { place, act }: Change): Promise<void> {
  switch (act) {
    case "make-admin":
      return putMember(team.name, place.name, "admin");
    case "make-member":
      return putMember(team.name, place.name, "member");
    case "remove":
    case "leave":
      return removeMember(team.name, place.name);
  }
}

export function TeamMembers({ team, me }: Props) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  const [asked, setAsked] = useState<Change | null>(null);
  const changing = useMutation({
    mutationFn: (change: Change) => send(team, change),
    onSuccess: (_, { place, act }) => {
      notices?.say({ title: done(team, place, act) });
      if (act === "leave") navigate("/teams");
      // Its button went with the row: who came by keys goes on from here.
      if (act === "remove") document.getElementById("members")?.focus();
    },
    // A team that was left is not there to be read any more.
    onSettled: (_, error, { act }) => queries.invalidateQueries({ queryKey: TEAMS, exact: act === "leave" && !error }),
  });
  const press = (place: Place, act: Act) => {
    if (changing.isPending) return;
    if (question(team, place, act)) setAsked({ place, act });
    else changing.mutate({ place, act });
  };
  const words = asked && question(team, asked.place, asked.act);
  return (
    <Pane title="Members" id="members" aside={counted(team.members.length, "member")}>
      {team.mayManage && <AddMember team={team} />}
      {changing.error && <Problem title="Nothing was changed">{told(changing.error)}</Problem>}
      <ul className="account-rows team-rows">
        {places(team, me).map((place) => (
          <Row key={place.name} place={place} onPress={(act) => press(place, act)} />
        ))}
      </ul>
      {asked && words && (
        <Question
          title={words.title}
          yes={words.yes}
          isGrave
          onYes={() => changing.mutate(asked)}
          onClose={() => setAsked(null)}
        >
          {words.lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </Question>
      )}
    </Pane>
  );
}

function Row({ place, onPress }: { readonly place: Place; readonly onPress: (act: Act) => void }) {
  const name = visible(place.name);
  return (
    <li>
      <div>
        <div className="team-member">
          <strong>{name}</strong>
          {place.isYou && <span className="chip chip-ok">you</span>}
          <span className="chip">{place.isAdmin ? "admin" : "member"}</span>
          {place.fromGroups && <span className="chip">from groups</span>}
        </div>
        {place.why && <p className="hint">{place.why}</p>}
      </div>
      <div className="account-acts">
        {place.acts.map((act, at) => (
          // By its place: the one that changes the role keeps the focus when its words change.
          // biome-ignore lint/suspicious/noArrayIndexKey: two at most, which never change places
          <Button key={at} kind="quiet" onPress={() => onPress(act)}>
            {LABELS[act]}
            {act !== "leave" && <span className="unseen"> {name}</span>}
          </Button>
        ))}
      </div>
    </li>
  );
}

const FIELDS = { user: "member-user", role: "member-role" } as const;
const ROLES = [
  { value: "member", label: "member" },
  { value: "admin", label: "admin" },
] as const;

function AddMember({ team }: { readonly team: Team }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const [name, setName] = useState("");
  const [role, setRole] = useState<TeamRole>("member");
  const [isThere, setThere] = useState(false);
  const adding = useMutation({
    mutationFn: (user: string) => putMember(team.name, user, role),
    onSuccess: (_, user) => {
      notices?.say({
        title: `${visible(user)} is in ${team.name} now`,
        body: `As ${role === "admin" ? "an admin" : "a member"}.`,
      });
      setName("");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: TEAMS }),
  });
  const { errors, rest } = useFieldErrors(adding.error, FIELDS, adding.reset);
  const there = new Map([[FIELDS.user, "is in the team already: change the role below"]]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const user = name.trim();
    // To put them there again would change their role unseen.
    if (team.members.some((member) => member.name === user)) setThere(true);
    else if (!adding.isPending) adding.mutate(user);
  };
  return (
    <form className="team-form" onSubmit={submit} aria-label="Add a member">
      <FieldErrors value={isThere ? { of: there, changed: () => setThere(false) } : errors}>
        <Field id={FIELDS.user} label="User name" value={name} onChange={setName} />
        <Choice
          id={FIELDS.role}
          label="As"
          value={role}
          onChange={(value) => setRole(value === "admin" ? "admin" : "member")}
          options={ROLES}
        />
      </FieldErrors>
      <Button type="submit" isDisabled={name.trim() === ""}>
        Add
      </Button>
      {rest && <Problem title="Nobody was added">{rest}</Problem>}
    </form>
  );
}
