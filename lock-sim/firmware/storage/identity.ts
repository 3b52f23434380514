import type { Secret } from "../../../crypto/secret.ts";
import type { Label } from "../../../protocol/documents/label.ts";
import type { Flash } from "../../hal.ts";

/** What the factory gives a lock and nothing takes away: its label, the key that signs and the key that secrets are sealed to. */
export interface Identity {
  readonly label: Label;
  readonly sigKey: Secret;
  readonly boxKey: Secret;
}

/** Writes the identity, at the factory, once. */
export function writeIdentity(_flash: Flash, _identity: Identity): void {
  throw new Error("not built");
}

/** The identity, or undefined in a lock that never left the factory whole. */
export function readIdentity(_flash: Flash): Identity | undefined {
  throw new Error("not built");
}
