import { type Static, Type } from "@fastify/type-provider-typebox";
import type { PairingRow } from "../../store/pairing-store.ts";
import type { Api, ApiParts } from "../api.ts";
import { hex, LockId, Time, timeText } from "../fields.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";

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

export function addPairingRoutes(api: Api, { pairings, pairingRows }: ApiParts): void {
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
