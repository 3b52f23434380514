import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";
import { type DocumentResultsJson, documentResultView } from "../document-results-view.ts";
import { LockId, Time, timeText } from "../fields.ts";
import { fleetOf } from "../fleet-mode.ts";
import { ProblemError, problemResponses } from "../problem.ts";
import type { HeldRoster } from "../services.ts";

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

const LockParams = Type.Object({ lockId: LockId });
const HELD_ROSTER = "/locks/:lockId/held-roster";

/** Rosters that wait for a person. */
export function addHeldRosterRoutes(api: Api, parts: ApiParts): void {
  const held = (lockId: string): HeldRoster => {
    const roster = fleetOf(parts).held(lockId);
    if (roster) return roster;
    throw new ProblemError("unknown-roster", `No roster of lock ${lockId} is held.`);
  };

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
    async ({ params: { lockId } }): Promise<DocumentResultsJson> => {
      held(lockId);
      const result = await fleetOf(parts).approveHeld(lockId);
      if (!result) throw new ProblemError("unknown-roster", "It was for the lock as it was before it was reset.");
      return { results: [documentResultView(result)] };
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
      await fleetOf(parts).discardHeld(lockId);
      return reply.code(204).send(null);
    },
  );
}
