import { Secret } from "../../../crypto/secret.ts";
import { hex, lk1Vectors } from "../../testing/lk1-vectors.ts";

export interface VectorKey {
  readonly key: Secret;
  readonly publicKey: Uint8Array;
  readonly kid: Uint8Array;
}

const keys = lk1Vectors<{ keys: { name: string; private: string; public: string; kid: string }[] }>("keys").keys;

/** A key of lk1.json's group `keys`, by its name there. */
export function vectorKey(name: string): VectorKey {
  const key = keys.find((candidate) => candidate.name === name);
  if (!key) throw new RangeError(`lk1.json has no key ${name}`);
  return { key: new Secret(hex(key.private)), publicKey: hex(key.public), kid: hex(key.kid) };
}
