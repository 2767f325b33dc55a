// The form a pod is made from. It checks nothing that the service can check: it sends, and shows what came back.
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useNavigate, useOutletContext } from "react-router";
import { type CatalogueImage, createPod, getCatalogue } from "../api/client";
import { Refusal, told } from "../api/refusal";
import { isOnItsWay, listedAs } from "../state/catalogue";
import { dropDraft, loadDraft, saveDraft } from "../state/draft";
import { addMember, changeMember, duplicateMember, EMPTY, EXAMPLE, type Form, removeMember } from "../state/form";
import { type Built, build, FIELD, memberField, merged, type Placed, place } from "../state/manifest";
import { Button } from "../ui/button";
import { FieldErrors } from "../ui/field";
import { useFocusNext } from "../ui/focus";
import { hue } from "../ui/hue";
import { Problem } from "../ui/pane";
import type { FrameContext } from "./frame";
import { IMAGES, MemberFields } from "./member-fields";
import { PodFields } from "./pod-fields";

/** Where each part of a refusal belongs on this form. */
function placed(error: unknown, built: Built): Placed {
  if (!(error instanceof Refusal)) return { fields: new Map(), rest: [told(error)] };
  if (error.reason === "AlreadyExists") return { fields: new Map([[FIELD.name, error.message]]), rest: [] };
  if (error.causes.length === 0) return { fields: new Map(), rest: [error.message] };
  return place(error.causes, built.origins);
}

function useDraft() {
  const [form, setForm] = useState<Form>(() => loadDraft() ?? EMPTY);
  const made = useRef(false);
  useEffect(() => {
    if (!made.current) saveDraft(form);
  }, [form]);
  const finish = () => {
    made.current = true;
    dropDraft();
  };
  return { form, setForm, finish };
}

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

const NOTHING: Placed = { fields: new Map(), rest: [] };

/** `refusals` counts them: each one, even if it says the same again, moves the focus to what must change. */
function useSubmit(namespace: string, finish: () => void) {
  const navigate = useNavigate();
  const [errors, setErrors] = useState<Placed>(NOTHING);
  const [refusals, setRefusals] = useState(0);
  const refuse = (built: Built, said: Placed) => {
    setErrors(merged(built.problems, said));
    setRefusals((last) => last + 1);
  };
  const call = useMutation({
    // With a problem of the page's own nothing is made, yet the service says what else is wrong.
    mutationFn: (built: Built) => createPod(namespace, built.manifest, built.problems.size > 0),
    onMutate: () => setErrors(NOTHING),
    onError: (error, built) => refuse(built, placed(error, built)),
    onSuccess: (pod, built) => {
      if (built.problems.size > 0) return refuse(built, NOTHING);
      finish();
      navigate(`/pods/${pod.namespace || namespace}/${pod.name}`);
    },
  });
  const clear = (field: string) =>
    setErrors((last) => ({ ...last, fields: new Map([...last.fields].filter(([id]) => id !== field)) }));
  const forget = () => setErrors(NOTHING);
  return { errors, refusals, clear, forget, submit: (form: Form) => call.mutate(build(form)), isBusy: call.isPending };
}

/** After each refusal the first field that is wrong has the focus, or else the words on top. */
function useFocusOnRefusal(refusals: number) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refusals === 0) return;
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    const found = find('[aria-invalid="true"]') ?? find('[role="alert"]');
    const folded = found?.closest("details");
    if (folded) folded.open = true;
    found?.focus();
  }, [refusals]);
  return form;
}

export function NewPodPage() {
  const { session } = useOutletContext<FrameContext>();
  if (session.namespace === null) return <Problem title="You have no namespace yet. Ask an admin for one." />;
  return <NewPodForm namespace={session.namespace} />;
}

function NewPodForm({ namespace }: { readonly namespace: string }) {
  const { form, setForm, finish } = useDraft();
  const { errors, refusals, clear, forget, submit, isBusy } = useSubmit(namespace, finish);
  const element = useFocusOnRefusal(refusals);
  const focusNext = useFocusNext();
  const images = useCatalogue();
  const restart = (from: Form) => {
    forget();
    setForm(from);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    submit(form);
  };
  return (
    <FieldErrors value={{ of: errors.fields, clear }}>
      <form ref={element} className="new-pod" onSubmit={send} noValidate>
        <title>New pod · Pod playground</title>
        <div className="page-head">
          <h1>New pod</h1>
          <span className="aside">in {namespace}</span>
          <Button onPress={() => restart(EXAMPLE)}>Fill in the example: nginx + toolbox</Button>
          <Button kind="quiet" onPress={() => restart(EMPTY)}>
            Clear
          </Button>
        </div>
        <Refused errors={errors} />
        <PodFields form={form} setForm={setForm} />
        <MemberList form={form} setForm={setForm} focusNext={focusNext} images={images} />
        <div className="row">
          <Button
            id={ADD_MEMBER}
            onPress={() => {
              setForm(addMember);
              focusNext(memberField(form.nextId, "name"));
            }}
          >
            Add member
          </Button>
          <span className="grow" />
          <Button kind="main" type="submit" isDisabled={isBusy}>
            {isBusy ? "Creating…" : "Create pod"}
          </Button>
        </div>
        <datalist id={IMAGES}>
          {images.map((image) => (
            <option key={image.reference} value={image.reference} label={listedAs(image)} />
          ))}
        </datalist>
      </form>
    </FieldErrors>
  );
}

function Refused({ errors }: { readonly errors: Placed }) {
  if (errors.rest.length === 0 && errors.fields.size === 0) return null;
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

const ADD_MEMBER = "add-member";

interface FormProps {
  readonly form: Form;
  readonly setForm: (change: (form: Form) => Form) => void;
  readonly focusNext: (id: string) => void;
  readonly images: readonly CatalogueImage[];
}

function MemberList({ form, setForm, focusNext, images }: FormProps) {
  const ids = form.members.map((member) => String(member.id));
  return form.members.map((member, at) => (
    <MemberFields
      key={member.id}
      member={member}
      at={at}
      hue={hue(String(member.id), ids)}
      nextId={form.nextId}
      images={images}
      onChange={(change, nextId) =>
        setForm((last) => ({ ...changeMember(last, member.id, change), nextId: nextId ?? last.nextId }))
      }
      onDuplicate={() => {
        setForm((last) => duplicateMember(last, member.id));
        focusNext(memberField(form.nextId, "name"));
      }}
      onRemove={() => {
        setForm((last) => removeMember(last, member.id));
        const next = form.members[at + 1];
        focusNext(next ? memberField(next.id, "name") : ADD_MEMBER);
      }}
    />
  ));
}
