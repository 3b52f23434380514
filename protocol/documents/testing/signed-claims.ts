import { opensslSuite } from "../../../crypto/openssl.ts";
import { type Cbor, encodeCbor } from "../../wire/cbor.ts";
import type { Checked } from "../../wire/reason.ts";
import { signEnvelope } from "../cose-sign1.ts";
import { vectorKey } from "./vector-keys.ts";

/** A document by the issuer of lk1.json whose signature is good, whatever the claims are: CBOR, or bytes as they are. */
export function signedClaims(domain: string, claims: Cbor): Uint8Array {
  return signedPayload(domain, encodeCbor(claims));
}

export function signedPayload(domain: string, payload: Uint8Array): Uint8Array {
  return signEnvelope(opensslSuite, vectorKey("issuer").key, domain, payload);
}

/** The value of what must be good. */
export function accepted<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new Error(`refused with reason ${checked.reason}`);
  return checked.value;
}
