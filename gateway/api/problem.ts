import { type Static, Type } from "@fastify/type-provider-typebox";

/** Every refusal of the API by its stable code: HTTP status and what it means in general. */
export const PROBLEMS = {
  unauthorized: { status: 401, title: "The bearer token is missing or wrong" },
  forbidden: { status: 403, title: "The token's role does not allow this" },
  "not-found": { status: 404, title: "There is nothing at this address" },
  "unknown-lock": { status: 404, title: "This lock is not paired here" },
  "unknown-grant": { status: 404, title: "There is no such grant" },
  "unknown-pairing": { status: 404, title: "There is no such pairing" },
  "unknown-event": { status: 404, title: "No such event is set aside" },
  "unknown-subject": { status: 404, title: "Nothing is kept about this subject" },
  "unknown-roster": { status: 404, title: "No roster of this lock is held" },
  "unknown-token": { status: 404, title: "There is no such token" },
  "request-malformed": { status: 400, title: "The request can not be read" },
  "request-too-large": { status: 413, title: "The request is too large" },
  "media-type": { status: 415, title: "The body must be application/json" },
  "digest-wrong": { status: 400, title: "The body is not what Content-Digest says" },
  "field-invalid": { status: 422, title: "A field of the request is wrong" },
  "label-invalid": { status: 422, title: "The label is mistyped" },
  "via-invalid": { status: 422, title: "The way to the lock is mistyped" },
  "pairing-running": { status: 409, title: "This lock is being paired already" },
  "subject-in-force": { status: 409, title: "The subject has a grant that is in force" },
  "grant-exists": { status: 409, title: "The grant's id is taken" },
  "grant-too-large": { status: 422, title: "The grant is longer than locks take" },
  "pin-taken": { status: 409, title: "The PIN is somebody else's already" },
  "stairs-mixed": { status: 409, title: "A PIN or a tag works in one stair alone" },
  "unknown-group": { status: 404, title: "There is no such group" },
  "group-exists": { status: 409, title: "The group's name is taken" },
  "group-in-use": { status: 409, title: "There are grants for this group" },
  "table-full": { status: 409, title: "The lock's table is full" },
  "last-admin": { status: 409, title: "It is the last token of an admin" },
  "too-many-tokens": { status: 409, title: "There is no room for another token" },
  "stands-alone": { status: 409, title: "The gateway is its own issuer" },
  "fleet-mode": { status: 409, title: "The issuer is elsewhere: only it can sign this" },
  "precondition-failed": { status: 412, title: "It has changed since it was read" },
  "key-reused": { status: 422, title: "The Idempotency-Key was used for another request" },
  "key-running": { status: 409, title: "The request with this Idempotency-Key is still running" },
  "request-interrupted": { status: 409, title: "The gateway stopped while it carried the request out" },
  "lock-refused": { status: 409, title: "The lock refused" },
  "lock-unreachable": { status: 503, title: "The lock can not be reached; nothing was done" },
  "outcome-unknown": { status: 504, title: "It is not known yet whether the lock did it" },
  "store-short": { status: 507, title: "There is no room for changes, only for events and orders" },
  "store-failed": { status: 507, title: "The gateway's disk is full or failing" },
  "too-many-requests": { status: 429, title: "Asked too often: wait before asking again" },
  internal: { status: 500, title: "A mistake inside the gateway" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457, with the stable code as a member of its own. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "urn:portvakt:problem: and the code" }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(PROBLEMS) as ProblemCode[]),
    detail: Type.Optional(Type.String({ description: "One sentence on this very case" })),
    field: Type.Optional(Type.String({ description: "The member of the request that is to blame, like locks[0]" })),
    retryAfterSeconds: Type.Optional(Type.Integer({ description: "too-many-requests: as Retry-After has it" })),
    reason: Type.Optional(Type.Integer({ description: "lock-refused: the lock's reason (protocol.md §6)" })),
    challenge: Type.Optional(
      Type.String({ description: "lock-refused: what the next order has to be signed over, in hexadecimal" }),
    ),
  },
  {
    $id: "Problem",
    description: "RFC 9457 problem details",
    examples: [
      {
        type: "urn:portvakt:problem:lock-refused",
        title: "The lock refused",
        status: 409,
        code: "lock-refused",
        detail: "The lock refused: outside hours.",
        reason: 12,
      },
    ],
  },
);

export type ProblemJson = Static<typeof Problem>;

/** What a problem tells programs besides its code. */
export type ProblemFacts = Pick<ProblemJson, "field" | "reason" | "challenge" | "retryAfterSeconds">;

/** A refusal on its way to the client. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly more: ProblemFacts;

  constructor(code: ProblemCode, detail?: string, more: ProblemFacts = {}) {
    super(detail ?? PROBLEMS[code].title);
    this.code = code;
    this.more = more;
  }

  body(): ProblemJson {
    const { status, title } = PROBLEMS[this.code];
    const detail = this.message === title ? {} : { detail: this.message };
    return { type: `urn:portvakt:problem:${this.code}`, title, status, code: this.code, ...detail, ...this.more };
  }
}

/** What any request with a body may end with. */
export const BODY_PROBLEMS = ["request-malformed", "request-too-large", "media-type", "field-invalid"] as const;

export type ProblemResponses = Record<string, { description?: string; content?: unknown }>;

/** The responses of an operation that may end with these problems, for its schema. `describe.ts` adds those of every one. */
export function problemResponses(...codes: ProblemCode[]): ProblemResponses {
  const responses: ProblemResponses = {};
  for (const code of codes) addProblem(responses, code, "Problem#");
  return responses;
}

/** Says that a response with this problem's status may be this problem, `schemaRef` being where problems are described. */
export function addProblem(responses: ProblemResponses, code: ProblemCode, schemaRef: string): void {
  const { status, title } = PROBLEMS[code];
  const before = responses[status]?.description ?? "";
  const sentence = `${code}: ${title}`;
  if (before.includes(sentence)) return;
  responses[status] = {
    description: before === "" ? sentence : `${before}. ${sentence}`,
    content: { "application/problem+json": { schema: { $ref: schemaRef } } },
  };
}
