// Reading objects whose shape is Kubernetes' and not ours to type: what is missing or odd reads as empty.

export type Obj = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function object(from: Obj, key: string): Obj {
  const value = from[key];
  return isRecord(value) ? value : {};
}

export function list(from: Obj, key: string): readonly Obj[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function text(from: Obj, key: string): string {
  const value = from[key];
  return typeof value === "string" ? value : "";
}

export function number(from: Obj, key: string): number | null {
  const value = from[key];
  return typeof value === "number" ? value : null;
}

export function flag(from: Obj, key: string): boolean {
  return from[key] === true;
}
