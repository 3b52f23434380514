import { concat } from "../../../protocol/wire/bytes.ts";

const TRIES_MAX = 400;

/** A shorter and plainer input of which `isStill` holds too: pieces are left out as long as that works, then bytes become 0. */
export async function minimised(
  input: Uint8Array,
  isStill: (candidate: Uint8Array) => boolean | Promise<boolean>,
): Promise<Uint8Array> {
  let best = input;
  let tries = 0;
  const attempt = async (candidate: Uint8Array): Promise<boolean> => {
    if (tries++ >= TRIES_MAX || !(await isStill(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let length = Math.ceil(best.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let at = 0; at < best.length; ) {
      const isLeftOut = await attempt(concat(best.subarray(0, at), best.subarray(at + length)));
      if (!isLeftOut) at += length;
    }
  }
  for (let at = 0; at < best.length; at++) {
    if (best[at] !== 0) await attempt(best.with(at, 0));
  }
  return best;
}
