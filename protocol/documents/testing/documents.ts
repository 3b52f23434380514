import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Checked } from "../../wire/reason.ts";
import { signEnvelope } from "../cose-sign1.ts";
import { vectorKey } from "./vector-keys.ts";

/** A document by the issuer of lk1.json whose signature is good, whatever its payload is. */
export function signedPayload(domain: string, payload: Uint8Array): Uint8Array {
  return signEnvelope(opensslSuite, vectorKey("issuer").key, domain, payload);
}

/** The value of what must be good. */
export function accepted<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new Error(`refused with reason ${checked.reason}`);
  return checked.value;
}
