import assert from "node:assert/strict";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { decodeMessage } from "../../../protocol/wire/messages.ts";

/** In no slot does n ever carry two different S1 or fall, and no R_G comes twice: returns how many S1 there were (protocol.md §4). */
export function auditCounters(requests: readonly Uint8Array[]): number {
  const byCounter = new Map<string, string>();
  const newestOf = new Map<number, number>();
  const randoms = new Set<string>();
  for (const request of requests) {
    const message = decodeMessage(request);
    if (message.type !== "S1") continue;
    const bytes = toHex(request);
    const counter = `${message.slot}-${message.n}`;
    const known = byCounter.get(counter);
    if (known !== undefined) {
      assert.equal(bytes, known, `two S1 under n = ${message.n}`);
      continue;
    }
    const newest = newestOf.get(message.slot) ?? 0;
    assert(message.n > newest, `n went back from ${newest} to ${message.n}`);
    assert(!randoms.has(toHex(message.random)), "R_G again");
    newestOf.set(message.slot, message.n);
    byCounter.set(counter, bytes);
    randoms.add(toHex(message.random));
  }
  return byCounter.size;
}
