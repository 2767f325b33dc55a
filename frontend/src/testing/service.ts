// A service for page tests: answers by method and path, and remembers what it was asked.
import { vi } from "vitest";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly token: string | null;
  readonly key: string | null;
  readonly body: unknown;
}

type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>;

export const SESSION = {
  user: { name: "ada", isStaff: false, seesAll: false, role: "learner", guestUntil: null },
  namespace: "ada",
  csrfToken: "t0ken",
  guests: "off",
  provider: null,
};

/** `answers`: "POST /api/…" → status and body. What is not listed is a 404 Status. */
export function service(answers: Answers): readonly Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.clone().text();
    const [token, key] = [request.headers.get("X-CSRFToken"), request.headers.get("Idempotency-Key")];
    asked.push({ method: request.method, path: pathname, search, token, key, body: read(request, text) });
    const [status, body] = answers[`${request.method} ${pathname}`] ?? [404, { reason: "NotFound", message: "no" }];
    return new Response(typeof body === "string" ? body : JSON.stringify(body), {
      status,
      headers: { "Content-Type": "application/json" },
    });
  });
  return asked;
}

function read(request: Request, text: string): unknown {
  if (text === "") return null;
  return request.headers.get("Content-Type") === "application/json" ? JSON.parse(text) : text;
}
