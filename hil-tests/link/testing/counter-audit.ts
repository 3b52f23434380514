import assert from "node:assert/strict";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { decodeMessage } from "../../../protocol/wire/messages.ts";

/** No n ever carries two different S1, no R_G comes twice, and n only rises: returns how many S1 there were (protocol.md §4). */
export function auditCounters(requests: readonly Uint8Array[]): number {
  const byCounter = new Map<number, string>();
  const randoms = new Set<string>();
  let newest = 0;
  for (const request of requests) {
    const message = decodeMessage(request);
    if (message.type !== "S1") continue;
    const bytes = toHex(request);
    const known = byCounter.get(message.n);
    if (known !== undefined) {
      assert.equal(bytes, known, `two S1 under n = ${message.n}`);
      continue;
    }
    assert(message.n > newest, `n went back from ${newest} to ${message.n}`);
    assert(!randoms.has(toHex(message.random)), "R_G again");
    newest = message.n;
    byCounter.set(message.n, bytes);
    randoms.add(toHex(message.random));
  }
  return byCounter.size;
}
