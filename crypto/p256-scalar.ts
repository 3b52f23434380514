import { Secret } from "./secret.ts";
import { SCALAR_BYTES } from "./suite.ts";

/** A sound source is refused once in 2^32 draws; this often in a row never. */
const DRAWS_MAX = 4;

/**
 * A private scalar by rejection (FIPS 186-5 §A.2.2): bytes are drawn until `isScalar` takes them.
 * Throws if the source gives nothing usable, because a broken source of randomness must stop everything.
 */
export function drawScalar(
  isScalar: (bytes: Uint8Array) => boolean,
  randomBytes: (length: number) => Uint8Array,
): Secret {
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const bytes = randomBytes(SCALAR_BYTES);
    if (isScalar(bytes)) return new Secret(bytes);
  }
  throw new Error("The source of randomness gives no usable private key");
}
