import assert from "node:assert/strict";
import { GRANT_ID } from "../../../../lock-sim/firmware/testing/bench-lock.ts";
import { TestLine } from "../../../../lock-sim/firmware/testing/test-line.ts";
import type { Target } from "../../engine/target.ts";
import { Script } from "../script.ts";
import { FurnishedLock } from "./furnished-lock.ts";

const BLOCK_BYTES = 4096;
/** Where something lies in a furnished lock's flash: cells, log, the begin of both tables. */
const BLOCKS = [1, 2, 3, 10, 11, 69, 70];
/** And the identity, of which single bytes are changed alone: a lock without any has not left the factory. */
const ALL_BLOCKS = [0, ...BLOCKS];
const CHANGES_MAX = 40;
const SETTLE_MS = 30_000;

/**
 * A lock's flash as rot or a thief's programmer may leave it. The lock starts or says why it does not; it never hangs, what it
 * tells is well formed, and its inside turns by hand.
 */
export const flashImage: Target = {
  name: "flash-image",
  seeds: () =>
    [
      [0, 1, 0, 0, 1],
      [1, 3, 0, 0, 0xff, 40],
      [2, 1, 2],
      [0, 4, 0, 9, 0x80, 0, 6, 1, 2, 3],
      [3, 5],
    ].map((steps) => Uint8Array.from(steps)),
  inputBytesMax: 200,
  batch: 30,
  allowed: [],
  open: () => {
    const furnished = new FurnishedLock();
    return {
      execute: (input) => {
        const image = furnished.image;
        const script = new Script(input);
        for (let changes = 0; changes < CHANGES_MAX && !script.isOver; changes++) change(image, script);
        const { bench } = furnished.take(image);
        const { lock } = bench;
        bench.clock.advance(SETTLE_MS);
        if (!lock.firmware) assert(lock.failure !== undefined, "it does not start, and does not say why");
        const line = new TestLine(lock, bench.clock);
        line.send(Uint8Array.of(0x1f, 1));
        lock.pressKeys("482915#");
        lock.firmware?.inside.table.active?.find(GRANT_ID);
        bench.clock.advance(SETTLE_MS);
        lock.turnThumb("drawn");
        assert.equal(bench.boltPosition, "drawn");
        bench.reboot();
        bench.clock.advance(SETTLE_MS);
        assert(lock.firmware !== undefined || lock.failure !== undefined);
      },
    };
  },
};

function change(image: Uint8Array, script: Script): void {
  const kind = script.byte() % 4;
  const at = script.pick(kind === 0 ? ALL_BLOCKS : BLOCKS) * BLOCK_BYTES;
  switch (kind) {
    case 0: {
      const place = at + ((script.byte() * 256 + script.byte()) % BLOCK_BYTES);
      image[place]! ^= script.byte();
      return;
    }
    case 1: {
      const place = at + ((script.byte() * 256 + script.byte()) % BLOCK_BYTES);
      const value = script.byte();
      image.fill(value, place, place + script.byte());
      return;
    }
    case 2: {
      const from = script.pick(BLOCKS) * BLOCK_BYTES;
      image.copyWithin(at, from, from + BLOCK_BYTES);
      return;
    }
    default:
      image.fill(0xff, at, at + BLOCK_BYTES);
  }
}
