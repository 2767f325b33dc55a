// The sentence under the hostnames: whether they agree, and why they could differ.
import type { HostnameView } from "../api/wire";
import { called } from "./namespaces";
import { listed } from "./text";

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

export function hostnameSentence(views: readonly HostnameView[]): string {
  const members = views.filter((view) => view.member !== "");
  const names = distinct(views.map((view) => view.hostname));
  const spaces = distinct(views.map((view) => view.uts).filter((inode) => inode !== null));
  const first = names[0];
  if (first === undefined) return "";
  if (views.some((view) => view.uts === null))
    return "Not every UTS namespace could be read, so nothing is said of it.";
  if (views.length === 1) return `${called(views[0]?.member ?? "")} has a UTS namespace of its own.`;
  const who = listed(views.map((view) => called(view.member)));
  if (spaces.length === 1) return `${who} share one UTS namespace: a hostname set in one is set in all.`;
  if (names.length === 1) {
    return (
      `${who} all say ${first}, yet from ${spaces.length} UTS namespaces: Docker copies the name into each container ` +
      "as it starts. A change in one is not seen in the others. Kubernetes' runtimes share it: containerd and CRI-O put " +
      "a pod's containers into one UTS namespace; Docker cannot."
    );
  }
  const differing = members.filter((view) => view.hostname !== first).map((view) => `${view.member} ${view.hostname}`);
  return (
    `The names differ: ${called(views[0]?.member ?? "")} says ${first}, ${listed(differing)}. Each has a UTS namespace ` +
    "of its own, and a name was changed after Docker copied it."
  );
}
