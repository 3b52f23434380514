import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { openHardware } from "../../../lock-sim/data-dir.ts";
import { leaveFactory } from "../../../lock-sim/factory.ts";
import { Lock } from "../../../lock-sim/lock.ts";
import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";

const PRODUCT = { model: "Emulated", hardware: 1, firmware: 1 };

/** What a lock says of itself after it has booted. */
export interface Booted {
  lockId: string;
  generation: number;
  /** Of its newest record. */
  seq: number;
}

/** Boots a lock on the files of a data directory, laid out in `folder`. Throws if it does not boot. */
export function bootImage(folder: string, files: Map<string, Uint8Array>, random: SeededRandom): Booted {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const clock = new VirtualClock();
  const hardware = openHardware(folder, clock, random);
  try {
    const { lockId } = leaveFactory(hardware.flash, opensslSuite, random);
    const lock = new Lock(hardware, clock, random, opensslSuite, PRODUCT);
    lock.powerOn();
    if (!lock.firmware) throw new Error(lock.failure ?? "it does not boot");
    const { generation, store } = lock.firmware.inside;
    const { seq } = store.position;
    lock.powerOff();
    return { lockId: toHex(lockId), generation, seq };
  } finally {
    hardware.flash.close();
  }
}
