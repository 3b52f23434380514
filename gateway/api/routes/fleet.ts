import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";
import { hex } from "../fields.ts";
import { fleetOf } from "../fleet-mode.ts";
import { problemResponses } from "../problem.ts";

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

export type ReportsJson = Static<typeof ReportsView>;
export type FleetJson = Static<typeof FleetView>;

/** What this gateway is to its issuer, and what it tells it. */
export function addFleetRoutes(api: Api, parts: ApiParts): void {
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
    async () => fleetOf(parts).issuer(),
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
      const { gatewayId } = fleetOf(parts).issuer();
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
      await fleetOf(parts).unpinIssuer();
      return reply.code(204).send(null);
    },
  );
}
