import { Database } from "../../../gateway/store/database.ts";
import { EventStore } from "../../../gateway/store/event-store.ts";
import { OutboxStore } from "../../../gateway/store/outbox-store.ts";
import { RewindStore } from "../../../gateway/store/rewind-store.ts";
import { SetAsideStore } from "../../../gateway/store/set-aside-store.ts";
import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { Deliverer } from "../../../gateway/uplink/deliverer.ts";
import type { Uplink } from "../../../gateway/uplink/uplink.ts";
import { type Clock, delay } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import { EventSource } from "../event-source.ts";
import { peakResidentBytes } from "../held-bytes.ts";

const LOCKS = 100;
const FILL_EVENTS = 10_000;
/** The configuration's default. */
const BATCH_MAX = 100;
const LOOK_EVERY_MS = 20;
const SILENT = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

export interface Drained {
  events: number;
  ms: number;
  /** The process's largest resident set. */
  peakRssBytes: number;
}

/** A store with so many events of a hundred locks, none of them delivered. */
export async function fill(random: Random, path: string, events: number): Promise<void> {
  const database = Database.open(path);
  const store = new EventStore(database);
  const source = new EventSource(random, LOCKS);
  for (let left = events; left > 0; left -= FILL_EVENTS) {
    await Promise.all(source.pulls(Math.min(left, FILL_EVENTS)).map((pull) => store.append(pull)));
  }
  database.close();
}

/** Delivers all of a store to a backend that has everything at once. */
export async function drain(clock: Clock, random: Random, path: string): Promise<Drained> {
  const database = Database.open(path, { soon: (commit) => clock.schedule(0, commit) });
  const outbox = new OutboxStore(database);
  const counted = { events: 0 };
  const deliverer = new Deliverer({
    uplink: nullUplink(counted),
    events: new EventStore(database),
    outbox,
    rewinds: new RewindStore(database, outbox),
    setAside: new SetAsideStore(database),
    clock,
    random,
    log: SILENT,
    batchMax: BATCH_MAX,
    receipted() {},
    isKnownLock: () => true,
    receiptForLock: async () => undefined,
    headWanted() {},
    documents: undefined,
    reportTrouble: () => undefined,
    orders: { order: unasked, command: unasked },
  });
  const startMs = clock.monotonicMs();
  deliverer.start();
  while (outbox.lockIdsWithUndelivered().length > 0) await delay(clock, LOOK_EVERY_MS);
  const ms = clock.monotonicMs() - startMs;
  await deliverer.close();
  database.close();
  return { events: counted.events, ms, peakRssBytes: peakResidentBytes() };
}

function nullUplink(counted: { events: number }): Uplink {
  return {
    name: "nowhere",
    hasLanes: false,
    deliver: async (batch: readonly CloudEvent[]) => {
      counted.events += batch.length;
      const last = batch.at(-1)?.data;
      return last && "seq" in last ? { durableThrough: [last] } : {};
    },
    close: async () => {},
  };
}

async function unasked(): Promise<never> {
  throw new Error("nobody orders anything here");
}
