// The hostname as each member has it, and the files that go with it.
import { memo } from "react";
import type { HostnameView } from "../api/wire";
import { hostnameSentence } from "../state/hostnames";
import { called } from "../state/namespaces";
import { visible } from "../state/text";
import { MemberName } from "../ui/member";
import { Empty, Pane, Said } from "../ui/pane";
import { type Column, FactTable, type Keys, whole } from "../ui/table";

const COLUMNS: readonly Column<HostnameView>[] = [
  { head: "Member", cell: (view) => <MemberName member={view.member} /> },
  { head: "Hostname", fills: true, cell: (view) => <span className="mono words">{visible(view.hostname)}</span> },
  { head: "UTS namespace", cell: (view) => <span className="mono">{view.uts ?? "?"}</span> },
];

interface Props {
  readonly views: readonly HostnameView[] | undefined;
  readonly later: string;
}

function keysOf({ member, uts }: HostnameView): Keys {
  const spaces = uts === null ? [] : [`ns:uts:${uts}`];
  return { lights: [...spaces, `of:${member}`], answers: [...spaces, `member:${member}`] };
}

export const Hostnames = memo(function Hostnames({ views, later }: Props) {
  if (!views) {
    return (
      <Pane id="hostname" title="Hostname">
        <Empty>{later}</Empty>
      </Pane>
    );
  }
  return (
    <Pane
      id="hostname"
      title="Hostname"
      note={views.length > 0 && <Said sentences={[visible(hostnameSentence(views))]} />}
    >
      {views.length === 0 ? (
        <Empty>No member runs, so none has a hostname.</Empty>
      ) : (
        <>
          <FactTable
            caption="Hostname"
            columns={COLUMNS}
            groups={whole(views)}
            keyOf={(view) => called(view.member)}
            lit={keysOf}
          />
          {views
            .filter((view) => view.member !== "")
            .map((view) => (
              <Files key={view.member} view={view} />
            ))}
        </>
      )}
    </Pane>
  );
});

function Files({ view }: { readonly view: HostnameView }) {
  return (
    <details className="files">
      <summary>
        <MemberName member={view.member} /> <span className="faint">/etc/hosts, /etc/resolv.conf</span>
      </summary>
      <File path="/etc/hosts" text={view.hosts} problem={view.hostsProblem} member={view.member} />
      <File path="/etc/resolv.conf" text={view.resolv} problem={view.resolvProblem} member={view.member} />
    </details>
  );
}

interface FileProps {
  readonly path: string;
  readonly member: string;
  readonly text: string;
  readonly problem: string;
}

function File({ path, member, text, problem }: FileProps) {
  return (
    <figure className="file">
      <figcaption>{path}</figcaption>
      {problem ? (
        <p className="bad">Not read: {visible(problem)}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it
        <section tabIndex={0} aria-label={`${path} of ${member}`}>
          <pre>{visible(text) || "(empty)"}</pre>
        </section>
      )}
    </figure>
  );
}
