import assert from "node:assert/strict";
import { nobleSuite } from "../../../crypto/noble.ts";
import { decideAtDoor } from "../../../lock-sim/firmware/door/door-decision.ts";
import { grantsWithPin } from "../../../lock-sim/firmware/door/pin-check.ts";
import { BenchDoor, type NamedGrant } from "../../../lock-sim/firmware/door/testing/bench-door.ts";
import type { Parts } from "../../../lock-sim/firmware/parts.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { uint64 } from "../../../protocol/wire/bytes.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Figure } from "../figure.ts";
import { heldBytes } from "../held-bytes.ts";
import type { Bench, Row } from "../row.ts";
import { latency } from "../statistics.ts";

const PRODUCT = { model: "Bench", hardware: 1, firmware: 1 };
const PIN_GRANTS = 100;
const PIN = "271828";
/** A boot takes so much longer than what the other tasks do. */
const BOOTS_SHARE = 0.1;
const HOUR_MS = 3_600_000;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const KINDS_SHOWN = new Set([3] as const);

export const locks: Row = {
  name: "locks",
  how:
    "The emulated lock alone, with @noble as it runs. *Decision*: finding, reading and deciding on the last grant of its table, " +
    "as a tag at the door does once it has proved itself. *PIN check*: the verifiers of all PIN grants, which is what any typed PIN costs. " +
    "*Boot*: from power to running, with a log of 588 records, each verified, and a full table. *Simulated*: locks in this " +
    "process under one virtual clock, idle, each awake once a minute to measure its battery; memory is heap and buffers.",

  async measure(bench) {
    return [...inNumbers(bench), ...atTheDoor(bench)];
  },
};

/** A lock with a full table; the first grants have PINs. */
function fullDoor(grants: number): BenchDoor {
  const door = new BenchDoor([], { lockSuite: nobleSuite });
  const wanted = Array.from({ length: grants }, (_, i): NamedGrant => {
    const id = uint64(BigInt(i + 1));
    return i < PIN_GRANTS ? { id, credentials: [door.pin(id, PIN), { kind: "key" }] } : { id };
  });
  door.commit(wanted);
  return door;
}

function atTheDoor({ clock, effort }: Bench): Figure[] {
  const { tableGrants: grants, warmUpTasks, tasks } = effort;
  const door = fullDoor(grants);
  const { inside } = door.lock.firmware!;
  const { log } = inside;
  while (inside.store.spans()[0]!.firstSeq === 1) log.append({ type: RecordType.doorClosed });

  const times = (work: () => void, share = 1): Figure["measured"] => {
    const timesMs: number[] = [];
    for (let i = -Math.ceil(share * warmUpTasks); i < Math.ceil(share * tasks); i++) {
      const startMs = clock.monotonicMs();
      work();
      if (i >= 0) timesMs.push(clock.monotonicMs() - startMs);
    }
    return latency(timesMs);
  };
  const lastId = uint64(BigInt(grants));
  return [
    {
      id: "decision",
      what: `decision on grant ${grants} of ${grants}`,
      unit: "ms",
      measured: times(() => assert.equal(decide(inside, lastId), Reason.done)),
    },
    {
      id: "pin",
      what: `PIN check with ${PIN_GRANTS} PIN grants`,
      unit: "ms",
      measured: times(() => {
        const found = grantsWithPin(nobleSuite, door.secrets.pinPepper, inside.credentials.withPin(), PIN);
        assert.equal(found.length, Math.min(grants, PIN_GRANTS));
      }),
    },
    {
      id: "boot",
      what: `boot with a full log and ${grants} grants`,
      unit: "ms",
      measured: times(() => door.bench.reboot(), BOOTS_SHARE),
    },
  ];
}

function decide(parts: Parts, grantId: Uint8Array): Reason {
  return decideAtDoor(parts, [grantId], () => KINDS_SHOWN).reason;
}

/** Locks in this process, paired with nobody, their doors closed. */
function inNumbers({ clock: realClock, random, effort }: Bench): Figure[] {
  const { locks: count, hours } = effort.simulated;
  const before = heldBytes();
  const clock = new VirtualClock();
  const made = Array.from({ length: count }, () => memoryLock({ clock, random, suite: nobleSuite, product: PRODUCT }));
  for (const { lock } of made) lock.powerOn();
  const bytes = heldBytes() - before;
  const startMs = realClock.monotonicMs();
  clock.advance(hours * HOUR_MS);
  const seconds = (realClock.monotonicMs() - startMs) / 1000;
  const lockHoursPerSecond = (count * hours) / seconds;
  const single = (value: number) => ({ kind: "single", value }) as const;
  return [
    { id: "memory", what: "memory of each lock", unit: "MiB", measured: single(bytes / count / MIB) },
    {
      id: "rate",
      what: `simulated by ${count} locks together`,
      unit: "lock hours per second",
      measured: single(lockHoursPerSecond),
    },
    {
      id: "perProcess",
      what: "idle locks that one process keeps up with, by its computing alone",
      unit: "locks",
      measured: single(lockHoursPerSecond * 3600),
    },
    { id: "perGib", what: "locks for which a GiB is enough", unit: "locks", measured: single(GIB / (bytes / count)) },
  ];
}
