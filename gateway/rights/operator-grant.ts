import { type GrantClaims, Right } from "../../protocol/documents/grant.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";

/** The grant that stands in every roster: "operator" in ASCII. Its key signs the orders of the API (system.md, standalone). */
export const OPERATOR_GRANT_ID = "6f70657261746f72";

/** Essential: whoever runs the gateway can open a door whose lock has lost its clock. `issuedAt` in seconds since 1970. */
export function operatorClaims(lockId: string, operatorPk: Uint8Array, issuedAt: number): GrantClaims {
  return {
    subject: fromHex(OPERATOR_GRANT_ID),
    audience: [fromHex(lockId)],
    issuedAt,
    id: fromHex(OPERATOR_GRANT_ID),
    bearerKey: operatorPk,
    credentials: [{ kind: "key" }],
    rights: Right.unlock | Right.lock | Right.hold | Right.essential,
  };
}
