// Every refusal of the service as one error: a Kubernetes Status, or what stands in for one.
import { isRecord, list, text } from "../state/read";

export interface Cause {
  readonly field: string;
  readonly message: string;
}

export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  readonly causes: readonly Cause[];

  constructor(code: number, reason: string, message: string, causes: readonly Cause[] = []) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.reason = reason;
    this.causes = causes;
  }
}

/** The refusal that a response's body tells, whatever its shape. */
export function readRefusal(code: number, body: unknown): Refusal {
  if (!isRecord(body)) return new Refusal(code, "Unknown", `The service answered with status ${code}.`);
  const details = isRecord(body.details) ? body.details : {};
  const causes = list(details, "causes").map((cause) => ({
    field: text(cause, "field"),
    message: text(cause, "message"),
  }));
  const message = text(body, "message") || text(body, "detail") || `The service answered with status ${code}.`;
  return new Refusal(code, text(body, "reason"), message, causes);
}

/** What to tell a person about anything thrown by a call. */
export function told(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return "The service does not answer. Check that it runs, then try again.";
}
