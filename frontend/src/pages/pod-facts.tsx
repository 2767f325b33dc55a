// What cards and the table of my pods say of a pod, in the same words.
import type { PublishedPort } from "../api/wire";
import { opened } from "../state/opened";
import { isStopped, type PodFacts, phaseWord } from "../state/pod";
import { reasonOf } from "../state/troubles";
import { useDeletion } from "./deletions";
import { Phase } from "./phase";

/** Short of "Terminating" stands what a person has asked for and can still undo. */
export function PhaseWithReason({ pod }: { readonly pod: PodFacts }) {
  const { left, isSent } = useDeletion(pod);
  const reason = reasonOf(pod);
  const word = left !== null ? "Will be deleted" : isSent ? "Terminating" : phaseWord(pod);
  return (
    <span className="breaks">
      <Phase word={word} />
      {reason && <span className={isStopped(pod) ? "hint" : "bad"}> {reason}</span>}
    </span>
  );
}

interface PortsProps {
  readonly pod: PodFacts;
  readonly published: readonly PublishedPort[];
}

export function Ports({ pod, published }: PortsProps) {
  if (pod.hostPorts.length === 0) return null;
  return (
    <ul className="ports" aria-label="Published ports">
      {pod.hostPorts.map((port) => {
        const { label, href } = opened(port, published, globalThis.location.hostname);
        const about = `${port.member} listens on ${port.containerPort}/${port.protocol} in the pod`;
        return (
          <li key={`${port.protocol} ${port.hostPort}`} title={about}>
            {href && pod.phase === "Running" ? (
              <a href={href} target="_blank" rel="noreferrer" className="mono">
                <span className="unseen">Open {pod.name} on port </span>
                {label}
              </a>
            ) : (
              <span className="mono">{label}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
