/** P1–P4, O1, O2, A1 and A2 by their header bytes (protocol.md §1): pairing, opening and PASS are a small part of all talk. */
const RARE = new Set([0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x1b, 0x1c]);
const TIMES = 10;
const SHARE_MAX = 0.25;

export function isRare(frame: Uint8Array): boolean {
  return RARE.has(frame[0] ?? 0);
}

/** How often a frame meets a fault, where any frame does so `faultShare` of the time: rare ones more often, or they would go untried. */
export function faultShareOf(frame: Uint8Array, faultShare: number): number {
  return isRare(frame) ? Math.min(SHARE_MAX, TIMES * faultShare) : faultShare;
}
