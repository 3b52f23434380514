import type { Target } from "../target.ts";

/** Refuses all that does not begin with "LK", and falls over "LK1!" alone: by chance nobody comes upon that, step by step one does. */
export class Refused extends Error {}

export const planted: Target = {
  name: "planted",
  seeds: () => [Uint8Array.of(1, 2, 3, 4)],
  inputBytesMax: 8,
  batch: 50,
  allowed: [Refused],
  open: () => ({ execute: fallOver }),
};

function fallOver(input: Uint8Array): void {
  if (input[0] !== 0x4c) throw new Refused();
  if (input[1] !== 0x4b) throw new Refused();
  if (input[2] === 0x31) {
    if (input[3] === 0x21) throw new TypeError("planted");
  }
}
