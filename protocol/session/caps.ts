import { decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import { CHALLENGE_BYTES, FLAGS_MAX, HEAD_BYTES } from "../wire/responses.ts";

/** The lock's state as O2 tells it (protocol.md §3). `n` is the slot's RESUME counter, `time` in seconds since 1970. */
export interface Caps {
  readonly epoch: number;
  readonly n: number;
  readonly seq: number;
  readonly head: Uint8Array;
  readonly time: number;
  readonly flags: number;
  readonly challenge: Uint8Array;
  readonly generation: number;
}

export function writeCaps({ epoch, n, seq, head, time, flags, challenge, generation }: Caps): Uint8Array {
  return encodeCbor([epoch, n, seq, head, time, flags, challenge, generation]);
}

/** Throws ProtocolError("malformed"). */
export function readCaps(bytes: Uint8Array): Caps {
  const [epoch, n, seq, head, time, flags, challenge, generation] = asArray(decodeCbor(bytes), 8);
  return {
    epoch: asUint(epoch),
    n: asUint(n),
    seq: asUint(seq),
    head: asBytes(head, HEAD_BYTES),
    time: asUint(time),
    flags: asUint(flags, FLAGS_MAX),
    challenge: asBytes(challenge, CHALLENGE_BYTES),
    generation: asUint(generation),
  };
}
