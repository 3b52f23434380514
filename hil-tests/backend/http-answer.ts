/** `body` is JSON text. */
export type Answer = { status: number; type?: string; body: string };

export function good(body: object): Answer {
  return { status: 200, body: JSON.stringify(body) };
}

/** RFC 9457. */
export function problem(status: number, detail: string): Answer {
  const body = JSON.stringify({ type: "about:blank", status, detail });
  return { status, type: "application/problem+json", body };
}

export function membersOf(json: unknown): Record<string, unknown> {
  return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
}
