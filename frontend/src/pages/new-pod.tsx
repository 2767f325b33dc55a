// The form a pod is made from. It checks nothing that the service can check: it sends, and shows what came back.
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useNavigate, useOutletContext } from "react-router";
import { createPod, getCatalogue } from "../api/client";
import { Refusal, told } from "../api/refusal";
import { dropDraft, loadDraft, saveDraft } from "../state/draft";
import { addMember, changeMember, duplicateMember, EMPTY, EXAMPLE, type Form, removeMember } from "../state/form";
import { type Built, build, FIELD, type Placed, place } from "../state/manifest";
import { Button } from "../ui/button";
import { FieldErrors } from "../ui/field";
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

function useSubmit(namespace: string, finish: () => void) {
  const navigate = useNavigate();
  const [errors, setErrors] = useState<Placed>({ fields: new Map(), rest: [] });
  const call = useMutation({
    mutationFn: (built: Built) => createPod(namespace, built.manifest),
    onMutate: () => setErrors({ fields: new Map(), rest: [] }),
    onError: (error, built) => setErrors(placed(error, built)),
    onSuccess: (pod) => {
      finish();
      navigate(`/pods/${pod.namespace || namespace}/${pod.name}`);
    },
  });
  const submit = (form: Form) => {
    const built = build(form);
    if (built.problems.size > 0) setErrors({ fields: built.problems, rest: [] });
    else call.mutate(built);
  };
  const clear = (field: string) =>
    setErrors((last) => ({ ...last, fields: new Map([...last.fields].filter(([id]) => id !== field)) }));
  return { errors, clear, submit, isBusy: call.isPending };
}

/** After a refusal the first field that is wrong has the focus, or else the words on top. */
function useFocusOnError(errors: Placed) {
  const form = useRef<HTMLFormElement>(null);
  const seen = useRef(errors);
  useEffect(() => {
    const before = seen.current;
    seen.current = errors;
    const more = errors.fields.size > before.fields.size || errors.rest.length > before.rest.length;
    if (!more) return;
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    (find('[aria-invalid="true"]') ?? find('[role="alert"]'))?.focus();
  }, [errors]);
  return form;
}

export function NewPodPage() {
  const { session } = useOutletContext<FrameContext>();
  if (session.namespace === null) return <Problem title="You have no namespace yet. Ask an admin for one." />;
  return <NewPodForm namespace={session.namespace} />;
}

function NewPodForm({ namespace }: { readonly namespace: string }) {
  const { form, setForm, finish } = useDraft();
  const { errors, clear, submit, isBusy } = useSubmit(namespace, finish);
  const element = useFocusOnError(errors);
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
          <Button onPress={() => setForm(EXAMPLE)}>Fill in the example: nginx + toolbox</Button>
          <Button kind="quiet" onPress={() => setForm(EMPTY)}>
            Clear
          </Button>
        </div>
        <Refused errors={errors} />
        <PodFields form={form} setForm={setForm} />
        <MemberList form={form} setForm={setForm} />
        <div className="row">
          <Button onPress={() => setForm(addMember)}>Add member</Button>
          <span className="grow" />
          <Button kind="main" type="submit" isDisabled={isBusy}>
            {isBusy ? "Creating…" : "Create pod"}
          </Button>
        </div>
        <Catalogue />
      </form>
    </FieldErrors>
  );
}

function Refused({ errors }: { readonly errors: Placed }) {
  if (errors.rest.length === 0 && errors.fields.size === 0) return null;
  if (errors.rest.length === 0) {
    return (
      <p className="bad">
        The pod was not made. {errors.fields.size === 1 ? "One field" : "Some fields"} below must change.
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

interface FormProps {
  readonly form: Form;
  readonly setForm: (change: (form: Form) => Form) => void;
}

function MemberList({ form, setForm }: FormProps) {
  const ids = form.members.map((member) => String(member.id));
  return form.members.map((member, at) => (
    <MemberFields
      key={member.id}
      member={member}
      at={at}
      hue={hue(String(member.id), ids)}
      nextId={form.nextId}
      onChange={(change, nextId) =>
        setForm((last) => ({ ...changeMember(last, member.id, change), nextId: nextId ?? last.nextId }))
      }
      onDuplicate={() => setForm((last) => duplicateMember(last, member.id))}
      onRemove={() => setForm((last) => removeMember(last, member.id))}
    />
  ));
}

function Catalogue() {
  const catalogue = useQuery({ queryKey: ["catalogue"], queryFn: getCatalogue });
  return (
    <datalist id={IMAGES}>
      {catalogue.data?.map((image) => (
        <option key={image.reference} value={image.reference} />
      ))}
    </datalist>
  );
}
