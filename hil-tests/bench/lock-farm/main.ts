import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { TcpPort } from "../../../lock-sim/port/tcp.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { systemClock } from "../../../protocol/system-clock.ts";
import { systemRandom } from "../../../protocol/system-random.ts";
import type { FarmedLock, PressButton } from "./messages.ts";

// Many locks in one process, each on a TCP port of its own, for a gateway in another process. Fast ones: OpenSSL in the
// firmware, and bolts that hardly travel.

const PRODUCT = { model: "Bench", hardware: 1, firmware: 1 };
const ANY_PORT = { host: "127.0.0.1", port: 0 };
const BOLT_TRAVEL_MS = 1;

const locks = new Map<string, Lock>();
const farmed: FarmedLock[] = [];
for (let left = Number(process.argv[2]); left > 0; left--) {
  const { lock, label } = memoryLock({
    clock: systemClock,
    random: systemRandom,
    suite: opensslSuite,
    product: PRODUCT,
    boltTravelMs: BOLT_TRAVEL_MS,
  });
  lock.powerOn();
  const via = await new TcpPort(lock, ANY_PORT).start();
  const text = formatLabel(opensslSuite, label);
  locks.set(text, lock);
  farmed.push({ label: text, via });
}
process.on("message", ({ label }: PressButton) => locks.get(label)?.pressPairingButton());
process.on("disconnect", () => process.exit());
process.send?.(farmed);
