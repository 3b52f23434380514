import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../crypto/secret.ts";
import { MemoryFlash } from "../../hardware/memory-flash.ts";
import { RottenFlash } from "./bit-rot.ts";
import { readIdentity, writeIdentity } from "./identity.ts";
import { everyPowerCut } from "./testing/power-cuts.ts";

const BYTES_BEFORE_SEAL = 92;
const identity = {
  label: { lockId: new Uint8Array(8).fill(1), secret: new Secret(new Uint8Array(16).fill(2)) },
  sigKey: new Secret(new Uint8Array(32).fill(3)),
  boxKey: new Secret(new Uint8Array(32).fill(4)),
};

function seen(flash: MemoryFlash) {
  const read = readIdentity(flash);
  return read && [read.label.lockId, ...[read.label.secret, read.sigKey, read.boxKey].map((key) => key.reveal())];
}

test("an identity is read as it was written, and flash that never had one has none", () => {
  const flash = new MemoryFlash();
  assert.equal(readIdentity(flash), undefined);
  writeIdentity(flash, identity);
  assert.deepEqual(
    seen(flash)?.map((bytes) => [bytes.length, bytes[0]]),
    [
      [8, 1],
      [16, 2],
      [32, 3],
      [32, 4],
    ],
  );
});

test("a power cut at the factory leaves the identity whole or none", () => {
  const whole = new MemoryFlash();
  writeIdentity(whole, identity);
  everyPowerCut(
    new MemoryFlash().image(),
    (flash) => writeIdentity(flash, identity),
    () => {},
    (flash) => {
      const read = seen(flash);
      if (read) assert.deepEqual(read, seen(whole));
    },
  );
});

test("an identity of which any one bit has rotted is refused, and is not taken for a lock without one", () => {
  const whole = new MemoryFlash();
  writeIdentity(whole, identity);
  for (let bit = 0; bit < 8 * BYTES_BEFORE_SEAL; bit++) {
    const flash = new MemoryFlash({ image: whole.image() });
    flash.flipBit(bit >> 3, bit & 7);
    assert.throws(() => readIdentity(flash), RottenFlash);
  }
  for (let bit = 8 * BYTES_BEFORE_SEAL; bit < 8 * (BYTES_BEFORE_SEAL + 8); bit++) {
    const flash = new MemoryFlash({ image: whole.image() });
    flash.flipBit(bit >> 3, bit & 7);
    assert.deepEqual(seen(flash), seen(whole));
  }
});
