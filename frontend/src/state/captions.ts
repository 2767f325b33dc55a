// The sentences under a pod's picture: what is worth knowing of it now, most telling first, three at most.
import { endpoint } from "./network";
import type { Published, Scene, SceneMember } from "./scene";
import { counted, listed } from "./text";

const MOST = 3;

function way(port: Published, members: readonly SceneMember[]): string {
  const leads = `Port ${port.hostPort} of the host leads to ${port.port} of the pod`;
  if (port.to !== null) return `${leads}, where ${port.to} listens.`;
  const inside = members.find((member) => member.listeners.some((each) => each.port === port.port));
  if (inside) return `${leads}, but ${inside.name} listens there on the pod's loopback only: nothing gets through.`;
  return `${leads}, where nothing listens yet.`;
}

/** Who listens for the pod alone, and is not already told of as published. */
function hidden(scene: Scene): readonly string[] {
  return scene.members.flatMap((member) =>
    member.listeners
      .filter((each) => each.isLoopback && !scene.published.some((port) => port.port === each.port))
      .map(
        (each) =>
          `${member.name} listens on ${endpoint(each.address, each.port)} only: every member reaches it, no published port could.`,
      ),
  );
}

function talking(scene: Scene): readonly string[] {
  const [talk] = scene.talks.filter((each) => !each.isOver && each.from !== null && each.from !== each.to);
  if (!talk) return [];
  const open = counted(talk.count, "connection is", "connections are");
  return [
    `${talk.from || "pause"} reaches ${talk.to} at ${talk.address}, for both are in pause's network namespace: ${open} open.`,
  ];
}

function absent(scene: Scene): readonly string[] {
  const ended = scene.members.filter((member) => member.look === "hollow").map((member) => member.name);
  const waiting = scene.members.filter((member) => member.look === "dashed").map((member) => member.name);
  return [
    ...(waiting.length > 0 ? [`${listed(waiting)} ${waiting.length === 1 ? "does" : "do"} not run yet.`] : []),
    ...(ended.length > 0 ? [`${listed(ended)} ${ended.length === 1 ? "has" : "have"} ended.`] : []),
  ];
}

function alone(scene: Scene): readonly string[] {
  if (scene.published.length > 0 || !scene.isHeld) return [];
  return ["No port is published: only this machine reaches the pod, at its own address."];
}

/** What is true of the pod as drawn. `isGone`: as it last was. */
export function sceneSentences(scene: Scene, isGone = false): readonly string[] {
  if (isGone) return ["This is how the pod was last seen."];
  if (!scene.isHeld) return ["Nothing runs yet: pause comes first, and holds the namespaces that the members join."];
  const said = [
    ...scene.published.map((port) => way(port, scene.members)),
    ...talking(scene),
    ...hidden(scene),
    ...absent(scene),
    ...alone(scene),
  ];
  if (scene.pid !== null)
    said.push("All share one PID namespace: pause is PID 1, and they see each other's processes.");
  return said.slice(0, MOST);
}
