import type { Suite } from "../../crypto/suite.ts";
import { keyId } from "../../protocol/documents/cose-sign1.ts";
import type { Issuer, Operator } from "./issuer.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

/** Who signs for the locks of this gateway. */
export type Authority =
  /** The gateway itself: it stands alone, and holds the keys that open its doors. With `keys` the issuer's may be changing. */
  | { kind: "local"; issuer: Issuer; operator: Operator; keys?: IssuerKeys }
  /** A backend: what it signs is carried here, and nothing here can sign in its place. */
  | { kind: "remote"; issuerPk: Uint8Array; gatewayId: Uint8Array; revokeShareMaxPercent: number };

/** 8 bytes: by them locks, brokers and backends know gateways apart. */
export function gatewayIdOf(suite: Suite, authority: Authority): Uint8Array {
  return authority.kind === "local" ? keyId(suite, authority.operator.publicKey) : authority.gatewayId;
}
