// What a guest is asked before signing out: there is no way back in.
import { Question } from "../ui/question";

export function LeaveVisit({ onYes, onClose }: { readonly onYes: () => void; readonly onClose: () => void }) {
  return (
    <Question title="End your visit?" yes="Sign out" isGrave onYes={onYes} onClose={onClose}>
      <p className="dialog-body">
        A guest has no password, so you cannot come back as this one. Your pods are out of reach, and are deleted when
        the time of the visit is over.
      </p>
    </Question>
  );
}
