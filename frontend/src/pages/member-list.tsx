// The members' cards in their order, and in its place what can be given back.
import { Fragment } from "react";
import type { CatalogueImage } from "../api/client";
import { addMember, changeMember, duplicateMember, moveMember } from "../state/form";
import { memberField } from "../state/manifest";
import { freeHostPort } from "../state/ports";
import { Button } from "../ui/button";
import { useFocusNext } from "../ui/focus";
import { hue } from "../ui/hue";
import { MemberFields } from "./member-fields";
import { ADD_MEMBER, type Making } from "./use-making";

interface Props {
  readonly making: Making;
  readonly images: readonly CatalogueImage[];
  /** Host ports of the pods that are there. */
  readonly taken: readonly number[];
}

export function MemberList({ making, images, taken }: Props) {
  const { setForm, undo, takeOut } = making;
  const { form } = making.draft;
  const focusNext = useFocusNext();
  const ids = form.members.map((member) => String(member.id));
  const hostPort = freeHostPort(form, taken);
  const move = (id: number, at: number, by: -1 | 1) => {
    setForm((last) => moveMember(last, id, by));
    focusNext(`member-${id}-${mover(at + by, by, form.members.length)}`);
  };
  return (
    <>
      {form.members.map((member, at) => (
        <Fragment key={member.id}>
          {undo?.at === at && <UndoNote making={making} />}
          <MemberFields
            {...{ member, at, images, hostPort }}
            of={form.members.length}
            hue={hue(String(member.id), ids)}
            nextId={form.nextId}
            onChange={(change, nextId) =>
              setForm((last) => ({ ...changeMember(last, member.id, change), nextId: nextId ?? last.nextId }))
            }
            onMove={(by) => move(member.id, at, by)}
            onDuplicate={() => {
              setForm((last) => duplicateMember(last, member.id));
              focusNext(memberField(form.nextId, "name"));
            }}
            onRemove={() => {
              takeOut(member.id);
              const next = form.members[at + 1];
              focusNext(next ? memberField(next.id, "name") : ADD_MEMBER);
            }}
          />
        </Fragment>
      ))}
      {undo?.at != null && undo.at >= form.members.length && <UndoNote making={making} />}
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
      </div>
    </>
  );
}

/** Which of a card's two buttons has the focus after a move: the same, unless it has come to the end. */
function mover(at: number, by: -1 | 1, count: number): "up" | "down" {
  if (by === -1) return at === 0 ? "down" : "up";
  return at === count - 1 ? "up" : "down";
}

/** What was taken away, and the way to have it back; it takes no focus. */
export function UndoNote({ making }: { readonly making: Making }) {
  if (!making.undo) return null;
  return (
    <div className="undo" role="status">
      <span>{making.undo.said}</span>
      <Button onPress={making.takeBack}>Undo</Button>
      <Button kind="quiet" onPress={making.forgetUndo}>
        Dismiss
      </Button>
    </div>
  );
}
