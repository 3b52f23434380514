import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Suite } from "../../../crypto/suite.ts";
import { LabelError, parseLabel } from "../../../protocol/documents/label.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { PairingRow } from "../../store/pairing-store.ts";
import type { Api, ApiParts } from "../api.ts";
import { hex, LockId, Time, timeText } from "../fields.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";
import { type Scope, scopeOf } from "../scope.ts";

const PairingId = hex(8, "The pairing's id");

export const PairingView = Type.Object(
  {
    id: PairingId,
    lockId: LockId,
    via: Type.String(),
    state: Type.Enum(["running", "done", "failed"]),
    step: Type.String({ description: "What is being done, or was done last" }),
    error: Type.Optional(Type.String({ description: "Why it failed" })),
    createdAt: Time,
  },
  {
    $id: "Pairing",
    description: "One attempt at pairing a lock",
    examples: [
      {
        id: "5b1f3c0d9e8a7b6c",
        lockId: "0a1b2c3d4e5f6071",
        via: "serial:/dev/ttyUSB0?address=3",
        state: "running",
        step: "Exchanging keys.",
        createdAt: "2027-01-07T12:00:00.000Z",
      },
    ],
  },
);

export type PairingJson = Static<typeof PairingView>;

const PairingBody = Type.Object(
  {
    label: Type.String({ minLength: 1, maxLength: 100, description: "As printed on the lock: LK1: and 42 characters" }),
    via: Type.String({
      minLength: 1,
      maxLength: 300,
      description: "How to reach the lock; `ble` alone finds the one that the label names",
      examples: ["ble", "tcp://127.0.0.1:7001", "serial:/dev/ttyUSB0?address=3"],
    }),
  },
  {
    additionalProperties: false,
    examples: [{ label: "LK1:…", via: "serial:/dev/ttyUSB0?address=3" }],
  },
);

export function addPairingRoutes(api: Api, { pairings, pairingRows, suite }: ApiParts): void {
  api.post(
    "/pairings",
    {
      schema: {
        operationId: "startPairing",
        summary: "Pair a lock whose pairing button has been pressed",
        tags: ["pairings"],
        body: PairingBody,
        response: {
          202: { description: "Under way: ask again at Location", $ref: "Pairing#" },
          ...problemResponses(...BODY_PROBLEMS, "pairing-running", "label-invalid", "via-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      assertOwnLabel(suite, scopeOf(request), request.body.label);
      const pairing = await pairings.start(request.body);
      return reply.code(202).header("location", `/v1/pairings/${pairing.id}`).send(pairingView(pairing));
    },
  );

  api.get(
    "/pairings/:id",
    {
      schema: {
        operationId: "getPairing",
        summary: "How a pairing goes",
        tags: ["pairings"],
        params: Type.Object({ id: PairingId }),
        response: {
          200: { description: "The pairing", $ref: "Pairing#" },
          ...problemResponses("unknown-pairing", "field-invalid"),
        },
      },
    },
    async (request) => {
      const pairing = pairingRows.get(request.params.id);
      if (!pairing) throw new ProblemError("unknown-pairing");
      return pairingView(pairing);
    },
  );
}

/** Who has a scope may bring in the locks that it names, before they are here too. */
function assertOwnLabel(suite: Suite, scope: Scope, label: string): void {
  if (scope.isWhole || scope.hasLock(lockIdOf(suite, label) ?? "")) return;
  throw new ProblemError("forbidden", "The label is of no lock within the scope of this token.");
}

function lockIdOf(suite: Suite, label: string): string | undefined {
  try {
    return toHex(parseLabel(suite, label).lockId);
  } catch (error) {
    if (error instanceof LabelError) return undefined;
    throw error;
  }
}

function pairingView(pairing: PairingRow): PairingJson {
  const { id, lockId, via, state, step, error } = pairing;
  return {
    id,
    lockId,
    via,
    state,
    step,
    ...(error !== undefined && { error }),
    createdAt: timeText(pairing.createdAtMs),
  };
}
