import { type Static, Type } from "@fastify/type-provider-typebox";
import { BUNDLE_BYTES_MAX, BUNDLE_ITEMS_MAX, DOCUMENT_CODES, type DocumentResult } from "../../fleet/bundle.ts";
import { readBundle } from "../../fleet/read-bundle.ts";
import type { Api, ApiParts } from "../api.ts";
import { hex, LockId, Time, timeText } from "../fields.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";
import type { FleetService, HeldRoster } from "../services.ts";

const Document = Type.String({ description: "Base64 of a signed document (protocol.md §7)" });
const GrantId = hex(8, "A grant's id");
const items = <T extends Parameters<typeof Type.Array>[0]>(of: T) =>
  Type.Optional(Type.Array(of, { maxItems: BUNDLE_ITEMS_MAX }));

const BundleBody = Type.Object(
  {
    issuerId: hex(8, "Which issuer this is from"),
    grants: items(Document),
    rosters: items(
      Type.Object(
        {
          document: Document,
          grants: Type.Object(
            {
              all: items(GrantId),
              since: Type.Optional(
                Type.Integer({ minimum: 0, description: "The epoch that the difference is against" }),
              ),
              put: items(GrantId),
              drop: items(GrantId),
            },
            { additionalProperties: false, description: "`all`, or `since`, `put` and `drop`" },
          ),
          mayRevoke: Type.Optional(
            Type.Integer({ minimum: 0, description: "How many grants it may take away without a person being asked" }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    timeTokens: items(Document),
  },
  {
    additionalProperties: false,
    description: "docs/fleet.md",
    examples: [
      {
        issuerId: "5b1f3c0d9e8a7b6c",
        grants: ["0oRDoQEmoQRI…"],
        rosters: [{ document: "0oRDoQEmoQRI…", grants: { since: 7, put: ["77c9b9a5d1e80f24"], drop: [] } }],
      },
    ],
  },
);

export const DocumentResultsView = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        kind: Type.Enum(["roster", "grant", "time-token", "bundle"]),
        id: Type.String({
          description: "LOCKID:EPOCH, a grant's id, a lock's id or the issuer's; empty if unreadable",
        }),
        outcome: Type.Enum(["accepted", "duplicate", "held", "refused"]),
        code: Type.Optional(Type.Enum([...DOCUMENT_CODES], { description: "Why it was held or refused" })),
        sentence: Type.Optional(Type.String()),
        missing: Type.Optional(Type.Array(GrantId, { description: "Grants that it names and that are not here" })),
      }),
      { description: "In the order of the bundle: grants, rosters, time tokens" },
    ),
  },
  {
    $id: "DocumentResults",
    description: "What has become of each document",
    examples: [{ results: [{ kind: "roster", id: "0a1b2c3d4e5f6071:8", outcome: "accepted" }] }],
  },
);

export const FleetView = Type.Object(
  {
    gatewayId: hex(8, "This gateway's"),
    issuerId: Type.Optional(hex(8, "The issuer that is listened to, once one has been heard")),
    publicKeys: Type.Array(hex(33, "Compressed P-256 point"), { description: "The issuer's keys, oldest first" }),
  },
  {
    $id: "Fleet",
    description: "Who this gateway is, and whose documents it takes",
    examples: [
      {
        gatewayId: "c0ffee0123456789",
        issuerId: "5b1f3c0d9e8a7b6c",
        publicKeys: ["036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"],
      },
    ],
  },
);

export const ReportsView = Type.Object(
  {
    gatewayId: hex(8, "This gateway's"),
    reports: Type.Array(Type.Object({}, { additionalProperties: true }), { description: "docs/fleet.md, Reports" }),
    results: Type.Array(Type.Object({}), {
      description: "Empty: what becomes of documents is told to who brings them",
    }),
  },
  {
    $id: "Reports",
    description: "What a backend is told of the locks",
    examples: [
      {
        gatewayId: "c0ffee0123456789",
        reports: [{ lockId: "0a1b2c3d4e5f6071", generation: 0, state: "in-step", wanted: { epoch: 8 } }],
        results: [],
      },
    ],
  },
);

export const HeldRosterView = Type.Object(
  {
    epoch: Type.Integer(),
    revokes: Type.Integer({ description: "How many grants it takes away" }),
    of: Type.Integer({ description: "How many the lock is to have until then" }),
    heldAt: Time,
  },
  {
    $id: "HeldRoster",
    description: "A roster that takes away so much that a person is asked first",
    examples: [{ epoch: 8, revokes: 480, of: 500, heldAt: "2027-01-07T12:00:00.000Z" }],
  },
);

export type HeldRosterJson = Static<typeof HeldRosterView>;
export type ReportsJson = Static<typeof ReportsView>;
export type FleetJson = Static<typeof FleetView>;
type ResultsJson = Static<typeof DocumentResultsView>;
export type DocumentResultJson = ResultsJson["results"][number];

const LockParams = Type.Object({ lockId: LockId });
const HELD_ROSTER = "/locks/:lockId/held-roster";

/** What comes signed from an issuer elsewhere. */
export function addFleetRoutes(api: Api, parts: ApiParts): void {
  const fleet = (): FleetService => {
    if (parts.fleet) return parts.fleet;
    throw new ProblemError("stands-alone");
  };
  const held = (lockId: string): HeldRoster => {
    const roster = fleet().held(lockId);
    if (roster) return roster;
    throw new ProblemError("unknown-roster", `No roster of lock ${lockId} is held.`);
  };

  api.post(
    "/documents",
    {
      bodyLimit: BUNDLE_BYTES_MAX,
      schema: {
        operationId: "takeDocuments",
        summary: "Bring grants, rosters and time tokens that the issuer has signed",
        description:
          "Each document is judged by itself, and nothing of a refused one is kept. What is accepted is on the disk when this answers; the locks get it as soon as they can be reached.",
        tags: ["fleet"],
        body: BundleBody,
        response: {
          200: { description: "What has become of each", $ref: "DocumentResults#" },
          ...problemResponses(...BODY_PROBLEMS, "stands-alone"),
        },
      },
    },
    async ({ body }): Promise<ResultsJson> => {
      const reading = readBundle(body);
      if (reading.ok) return { results: (await fleet().take(reading.bundle)).map(resultView) };
      fleet().unreadable(reading.trouble);
      throw new ProblemError("field-invalid", `${reading.trouble}.`);
    },
  );

  api.get(
    "/fleet",
    {
      schema: {
        operationId: "getFleet",
        summary: "Who this gateway is to its issuer, and whom it listens to",
        tags: ["fleet"],
        response: { 200: { description: "As it is", $ref: "Fleet#" }, ...problemResponses("stands-alone") },
      },
    },
    async () => fleet().issuer(),
  );

  api.get(
    "/fleet/reports",
    {
      schema: {
        operationId: "getReports",
        summary: "How it stands with each lock, as an uplink tells it: for `portvakt issuer hear`",
        tags: ["fleet"],
        response: {
          200: { description: "All locks", $ref: "Reports#" },
          ...problemResponses("stands-alone"),
        },
      },
    },
    async (): Promise<ReportsJson> => {
      const { gatewayId } = fleet().issuer();
      return { gatewayId, reports: parts.reports().map((report) => ({ ...report })), results: [] };
    },
  );

  api.delete(
    "/fleet/issuer",
    {
      schema: {
        operationId: "unpinIssuer",
        summary: "Listen to whichever issuer with the right key speaks next",
        tags: ["fleet"],
        response: { 204: Type.Null({ description: "Done" }), ...problemResponses("stands-alone", "store-failed") },
      },
    },
    async (_, reply) => {
      await fleet().unpinIssuer();
      return reply.code(204).send(null);
    },
  );

  api.get(
    HELD_ROSTER,
    {
      schema: {
        operationId: "getHeldRoster",
        summary: "The roster of this lock that waits for a person",
        tags: ["fleet"],
        params: LockParams,
        response: {
          200: { description: "The roster", $ref: "HeldRoster#" },
          ...problemResponses("unknown-roster", "stands-alone", "field-invalid"),
        },
      },
    },
    async ({ params: { lockId } }): Promise<HeldRosterJson> => {
      const { heldAtMs, ...roster } = held(lockId);
      return { ...roster, heldAt: timeText(heldAtMs) };
    },
  );

  api.post(
    `${HELD_ROSTER}/approval`,
    {
      schema: {
        operationId: "approveHeldRoster",
        summary: "Let the lock lose as many grants as the held roster takes away",
        tags: ["fleet"],
        params: LockParams,
        response: {
          200: { description: "It is on its way to the lock", $ref: "DocumentResults#" },
          ...problemResponses("unknown-roster", "stands-alone", "field-invalid"),
        },
      },
    },
    async ({ params: { lockId } }): Promise<ResultsJson> => {
      held(lockId);
      const result = await fleet().approveHeld(lockId);
      if (!result) throw new ProblemError("unknown-roster", "It was for the lock as it was before it was reset.");
      return { results: [resultView(result)] };
    },
  );

  api.delete(
    HELD_ROSTER,
    {
      schema: {
        operationId: "discardHeldRoster",
        summary: "Throw the held roster away: the lock keeps what it has",
        tags: ["fleet"],
        params: LockParams,
        response: {
          204: Type.Null({ description: "Done" }),
          ...problemResponses("unknown-roster", "stands-alone", "field-invalid", "store-failed"),
        },
      },
    },
    async ({ params: { lockId } }, reply) => {
      held(lockId);
      await fleet().discardHeld(lockId);
      return reply.code(204).send(null);
    },
  );
}

function resultView(result: DocumentResult): DocumentResultJson {
  const { missing, ...rest } = { missing: undefined, ...result };
  return { ...rest, ...(missing && { missing: [...missing] }) };
}
