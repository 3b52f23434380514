import type { LinkParameters } from "./parameters.ts";

/** What one packet on a link carries; an empty one is none of these. */
export type Pdu =
  /** `completes`: the last piece of one ACL packet of the host. */
  | { kind: "data"; isContinuation: boolean; data: Uint8Array; completes: boolean }
  | { kind: "terminate"; reason: number }
  | { kind: "update"; parameters: LinkParameters }
  | { kind: "length"; octets: number };

/** Cuts one ACL packet of a host into pieces that fit the link. */
export function pieces(isContinuation: boolean, data: Uint8Array, octetsMax: number): Pdu[] {
  const count = Math.max(1, Math.ceil(data.length / octetsMax));
  return Array.from({ length: count }, (_, n) => ({
    kind: "data",
    isContinuation: isContinuation || n > 0,
    data: data.slice(n * octetsMax, (n + 1) * octetsMax),
    completes: n === count - 1,
  }));
}
