// The page a pod is made on: a form, the picture of what it says, and its YAML. It checks nothing that the service can
// check: it asks, and shows what came back.
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Link, useOutletContext, useSearchParams } from "react-router";
import { type CatalogueImage, getCatalogue } from "../api/client";
import { isOnItsWay } from "../state/catalogue";
import { EMPTY } from "../state/form";
import type { Placed } from "../state/manifest";
import { agrees, ofForm } from "../state/two-ways";
import { Button } from "../ui/button";
import { FieldErrors } from "../ui/field";
import { LitScope } from "../ui/lit";
import { Empty, Problem } from "../ui/pane";
import { PodToBePane } from "../views/pod-to-be";
import type { FrameContext } from "./frame";
import { MakingBar } from "./making-bar";
import { mayChange } from "./may-change";
import { MemberList, UndoNote } from "./member-list";
import { NotInForm } from "./not-in-form";
import { type Part, PartSwitch } from "./part-switch";
import { PodFields } from "./pod-fields";
import { QuotaNote } from "./quota-bar";
import { StartingPoints } from "./starting-points";
import { type Creating, useCreate } from "./use-create";
import { HEADING, isUntouched, type Making, useMaking } from "./use-making";
import { useStarts } from "./use-starts";
import { YamlPane } from "./yaml-pane";

const AGAIN_MS = 3000;

/** Asked for again while an image is on its way; one that is ready stays so. */
function useCatalogue(): readonly CatalogueImage[] {
  const catalogue = useQuery({
    queryKey: ["catalogue"],
    queryFn: getCatalogue,
    refetchInterval: ({ state }) => (state.data?.some(isOnItsWay) ? AGAIN_MS : false),
  });
  return catalogue.data ?? [];
}

/** After each refusal the first field that is wrong has the focus, or else the words on top. */
function useFocusOnRefusal(refusals: number, show: (part: Part) => void) {
  const form = useRef<HTMLFormElement>(null);
  const shown = useRef(show);
  shown.current = show;
  useEffect(() => {
    if (refusals === 0) return;
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    const field = find('[aria-invalid="true"]');
    if (field) shown.current("form");
    const found = field ?? find('[role="alert"]');
    const folded = found?.closest("details");
    if (folded) folded.open = true;
    // On a small screen the form may only now come to be seen.
    requestAnimationFrame(() => found?.focus());
  }, [refusals]);
  return form;
}

export function NewPodPage() {
  const { session } = useOutletContext<FrameContext>();
  const [search] = useSearchParams();
  const namespace = search.get("namespace") ?? session.namespace;
  if (!mayChange(session.user))
    return (
      <>
        <title>New pod · Pod playground</title>
        <div className="page-head">
          <h1>New pod</h1>
        </div>
        <Empty>
          An auditor sees all pods and makes none. Ask an operator for another role, or go to{" "}
          <Link to="/">the pods</Link>.
        </Empty>
      </>
    );
  if (namespace === null) return <Problem title="You have no namespace yet. Ask an admin for one." />;
  return <NewPodForm key={namespace} namespace={namespace} />;
}

function NewPodForm({ namespace }: { readonly namespace: string }) {
  const making = useMaking();
  const creating = useCreate(namespace, making);
  const [part, setPart] = useState<Part>("form");
  const element = useFocusOnRefusal(creating.refusals, setPart);
  const send = (event: FormEvent) => {
    event.preventDefault();
    creating.submit();
  };
  const { errors, changed } = creating;
  return (
    <LitScope>
      <FieldErrors value={{ of: errors.fields, changed }}>
        <form ref={element} className={`new-pod shows-${part}`} onSubmit={send} noValidate>
          <title>New pod · Pod playground</title>
          <div className="making">
            <div className="making-head">
              <div className="page-head">
                <h1 id={HEADING} tabIndex={-1}>
                  New pod
                </h1>
                <span className="aside">in {namespace}</span>
                <PartSwitch part={part} onChange={setPart} />
              </div>
              <QuotaNote namespace={namespace} />
              <Refused creating={creating} />
            </div>
            <FormPart namespace={namespace} making={making} creating={creating} />
            <div className="making-seen">
              <div className="part-picture">
                <PodToBePane form={making.draft.form} />
              </div>
              <div className="part-yaml">
                <YamlPane making={making} creating={creating} />
              </div>
            </div>
          </div>
          <MakingBar
            check={creating.check}
            isMarked={errors.fields.size > 0 || creating.marks.length > 0}
            isBusy={creating.isBusy}
            isEmpty={isUntouched(making.draft)}
            onStartOver={() => {
              creating.forget();
              making.replace(ofForm(EMPTY), "The draft was cleared.");
            }}
          />
        </form>
      </FieldErrors>
    </LitScope>
  );
}

interface PartProps {
  readonly namespace: string;
  readonly making: Making;
  readonly creating: Creating;
}

function FormPart({ namespace, making, creating }: PartProps) {
  const images = useCatalogue();
  const starts = useStarts(namespace, making, creating.forget);
  const { draft } = making;
  return (
    <div className="part-form">
      {making.undo?.at === null && <UndoNote making={making} />}
      {starts.offer && (
        <div className="undo" role="status">
          <span>You have a draft. Start with {starts.offer.title} instead?</span>
          <Button onPress={starts.accept}>Replace the draft</Button>
          <Button kind="quiet" onPress={starts.decline}>
            Keep the draft
          </Button>
        </div>
      )}
      <NotInForm making={making} />
      <StartingPoints isFirst={isUntouched(draft)} onStart={starts.start} />
      {/* A disabled fieldset takes no key and no press, and says so. */}
      <fieldset className="making-form" disabled={!agrees(draft)} aria-label="The pod's form">
        <PodFields form={draft.form} setForm={making.setForm} />
        <MemberList key={making.generation} making={making} images={images} taken={starts.hostPorts} />
      </fieldset>
    </div>
  );
}

function Refused({ creating: { isRefused, errors } }: { readonly creating: Creating }) {
  if (!isRefused || isClear(errors)) return null;
  if (errors.rest.length === 0) {
    return (
      <p className="bad" role="alert" tabIndex={-1}>
        The pod was not made: what is marked below must change.
      </p>
    );
  }
  return (
    <div className="problem" role="alert" tabIndex={-1}>
      <strong>The pod was not made</strong>
      {errors.rest.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}

function isClear({ rest, fields }: Placed): boolean {
  return rest.length === 0 && fields.size === 0;
}
