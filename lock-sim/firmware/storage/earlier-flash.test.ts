import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { Secret } from "../../../crypto/secret.ts";
import { recordTypeName } from "../../../protocol/log/record.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { BenchDoor } from "../door/testing/bench-door.ts";
import { TestSite } from "../testing/test-site.ts";
import { readIdentity } from "./identity.ts";

// The flash of a lock with the firmware of version 0.1. It is never made anew: locks at doors hold what they hold.
const KEPT = JSON.parse(
  readFileSync(new URL("lock-sim/firmware/storage/testing/flash-0.1.json", import.meta.resolve("#package")), "utf8"),
) as { pmk: string; slot: number; lockId: string; image: string };
const KEYED = TestSite.id(0x11);
const TWICE = TestSite.id(0x22);
const STAGED = TestSite.id(0x33);

/** A door whose lock wakes up with that flash. */
function keptDoor(): BenchDoor {
  const door = new BenchDoor([]);
  door.lock.powerOff();
  door.bench.flash.restore(inflateRawSync(Buffer.from(KEPT.image, "base64")));
  door.lock.powerOn();
  door.news();
  return door;
}

function open({ bench }: BenchDoor) {
  return bench.open({ slot: KEPT.slot, pmk: new Secret(fromHex(KEPT.pmk)) });
}

test("a lock finds what earlier firmware left in its flash: its gateway, its roster, its counters", () => {
  const door = keptDoor();
  const { caps } = open(door);
  assert.deepEqual([caps.epoch, caps.n, caps.seq, caps.generation], [2, 1, 12, 0]);
  assert.equal(toHex(readIdentity(door.bench.flash)!.label.lockId), KEPT.lockId);
});

test("a log that earlier firmware wrote goes on where it ended, and wrong tries of then still count", () => {
  const door = keptDoor();
  for (const pin of ["1111", "2222", "3333", "4444"]) door.type(pin);
  door.wait(1000);
  const { session } = open(door);
  assert.deepEqual(
    door.bench.log(session).map(({ type }) => recordTypeName(type)),
    [
      ...["boot", "time set", "paired or unpaired", "roster committed", "roster committed"],
      ...["intent", "unlocked", "done", "locked", "wrong try", "boot", "boot"],
      ...["wrong try", "wrong try", "wrong try", "wrong try", "locked out"],
    ],
  );
});

test("a grant that may be used twice and was used once opens once more", () => {
  const door = keptDoor();
  door.opensBy(TWICE, () => door.type("271828"));
  door.settle();
  door.news();
  door.refuses(Reason.usesSpent, TWICE, () => door.type("271828"));
});

test("a roster that was under way is still there to be completed", () => {
  const { session } = open(keptDoor());
  const { entries } = session.done({ name: "grantList", after: new Uint8Array(8) });
  assert.deepEqual(
    entries.map(({ id }) => id),
    [KEYED, TWICE, STAGED],
  );
});
