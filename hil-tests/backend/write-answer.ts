import { bundleJson } from "../../gateway/fleet/bundle-json.ts";
import type { BackendAnswer } from "../../gateway/uplink/backend-answer.ts";

/** The one JSON document with which a backend answers on every uplink (docs/events.md). */
export function writeAnswer({ lockReceipts, headsWanted, documents, ...asItIs }: BackendAnswer): string {
  return JSON.stringify({
    ...asItIs,
    ...(lockReceipts && { lockReceipts: lockReceipts.map(base64) }),
    ...(headsWanted && { headsWanted: headsWanted.map((head) => ({ ...head, nonce: base64(head.nonce) })) }),
    ...(documents?.ok && { documents: bundleJson(documents.bundle) }),
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
