import { type Static, Type } from "@fastify/type-provider-typebox";
import { Value } from "typebox/value";
import type { Suite } from "../../crypto/suite.ts";
import { parseGrant } from "../../protocol/documents/grant.ts";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import { reasonName } from "../../protocol/wire/reason.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import type { Cargo, CourierReport } from "./courier.ts";
import type { CarriedRoster } from "./deliver-roster.ts";

// What a courier takes along and what it brings back, as JSON: documents and records in base64, ids and hashes in hex.

const Document = Type.String({ pattern: "^[A-Za-z0-9+/]+={0,2}$" });
const Uint = Type.Integer({ minimum: 0, maximum: UINT_MAX });
const CargoJson = Type.Object(
  {
    roster: Type.Optional(
      Type.Object({ roster: Document, grants: Type.Array(Document) }, { additionalProperties: false }),
    ),
    receipts: Type.Optional(Type.Array(Document)),
    /** Where the report of the visit before ended. */
    known: Type.Optional(
      Type.Object(
        { generation: Uint, seq: Uint, head: Type.String({ pattern: "^[0-9a-f]{32}$" }) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** Undefined if the text is no cargo, or its roster and grants are none. */
export function readCargo(suite: Suite, text: string): Cargo | undefined {
  const json = parseJson(text);
  if (!Value.Check(CargoJson, json)) return undefined;
  const roster = json.roster && {
    roster: fromBase64(json.roster.roster),
    grants: json.roster.grants.map(fromBase64),
  };
  if (roster && !isDelivery(suite, roster)) return undefined;
  const { receipts, known } = json;
  return {
    ...(roster && { roster }),
    ...(receipts && { receipts: receipts.map(fromBase64) }),
    ...(known && { known: { ...known, head: fromHex(known.head) } }),
  };
}

/** One line of JSON. */
export function writeReport(report: Extract<CourierReport, { kind: "served" }>): string {
  const { receipts, roster, status, grants, logs } = report;
  const known: Static<typeof CargoJson>["known"][] = logs.map(({ end }) => ({ ...end, head: toHex(end.head) }));
  return JSON.stringify({
    receipts: receipts.map(reasonName),
    roster: roster?.kind === "refused" ? { ...roster, reason: reasonName(roster.reason) } : roster,
    status: {
      ...status,
      head: toHex(status.head),
      challenge: undefined,
      rosterDigest: toHex(status.rosterDigest),
    },
    grants: grants.map(({ id }) => toHex(id)),
    logs: logs.map(({ runs, head }) => ({
      runs: runs.map(({ firstSeq, records }) => ({ firstSeq, records: toBase64(records) })),
      head: toBase64(head),
    })),
    known: known.at(-1),
  });
}

function isDelivery(suite: Suite, { roster, grants }: CarriedRoster): boolean {
  return parseRoster(suite, roster).ok && grants.every((grant) => parseGrant(suite, grant).ok);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
