import { fromHex } from "../../protocol/wire/bytes.ts";
import { checkSealsAndOpens } from "./ccm.ts";
import type { Vector } from "./vector.ts";

interface Packet {
  readonly packetVector: number;
  readonly key: string;
  readonly payload: string;
  readonly nonce: string;
  readonly aad: string;
  readonly ciphertextAndTag: string;
  readonly tagLength: number;
}

/** The packet vectors of RFC 3610 §8, as JSON. */
export function readRfc3610(path: string, text: string): Vector[] | undefined {
  if (path !== "rfc3610.json") return undefined;
  const { vectors } = JSON.parse(text) as { vectors: Packet[] };
  return vectors.map((packet) => ({
    kind: "check",
    name: `packet vector ${packet.packetVector}`,
    check: (implementation) => {
      const parameters = {
        key: fromHex(packet.key),
        nonce: fromHex(packet.nonce),
        aad: fromHex(packet.aad),
        sealed: fromHex(packet.ciphertextAndTag),
        tagBytes: packet.tagLength,
      };
      checkSealsAndOpens(implementation, parameters, fromHex(packet.payload));
    },
  }));
}
