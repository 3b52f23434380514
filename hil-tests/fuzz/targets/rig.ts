import assert from "node:assert/strict";
import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { FaultyLink } from "../../../lock-sim/port/faulty-link.ts";
import { checked } from "../../../lock-sim/rig/checked.ts";
import { parseCondition, unmet } from "../../../lock-sim/rig/condition.ts";
import { EventStreams } from "../../../lock-sim/rig/event-streams.ts";
import { HttpError } from "../../../lock-sim/rig/http-error.ts";
import { rigRoutes } from "../../../lock-sim/rig/rig-routes.ts";
import { StateView } from "../../../lock-sim/rig/state.ts";
import { LockState } from "../../../lock-sim/rig/state-schema.ts";
import { StateWaiters } from "../../../lock-sim/rig/state-waiters.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Target } from "../engine/target.ts";

const REQUESTS_MAX = 12;
const BETWEEN_MS = 700;
const utf8 = new TextDecoder();
const bytesOf = (text: string) => new TextEncoder().encode(text);

const SEEDS: readonly string[] = [
  'POST /v1/power {"offMs":500}\nPOST /v1/keypad {"digits":"482915"}\nPOST /v1/door {"open":true}',
  'POST /v1/thumb-turn {"to":"drawn"}\nPOST /v1/thumb-turn {}\nPOST /v1/privacy {"on":true}\nPOST /v1/tamper {}',
  'POST /v1/pairing-button {}\nPOST /v1/factory-reset {}\nPOST /v1/power {"atFlashOperation":1,"offMs":10}',
  'POST /v1/tag {"uid":"04a1b2c3d4e5f6","kind":"cloned"}\nDELETE /v1/tag {}\nPOST /v1/tag {"uid":"04a1b2c3d4e5f6","kind":"genuine"}',
  'POST /v1/battery {"millivolt":3100,"temperatureC":-20}\nPOST /v1/clock {"driftPpm":100000,"stepMs":-1000,"lose":true}',
  'POST /v1/clock {"stepMs":3153600000000}\nPOST /v1/door {"open":true}\nPOST /v1/door {"open":false}',
  'POST /v1/bolt {"jammed":true}\nPOST /v1/flash {"offset":4096,"bit":3}\nPOST /v1/link {"loss":0.5}\nPOST /v1/energy {}',
  "GET /v1/state {}\nGET /v1/log {}\nGET /openapi.json {}",
];

/** A line is a request to a lock's rig, `METHOD path body`. It is answered or refused, and what comes of it is a state as described. */
export const rig: Target = {
  name: "rig",
  seeds: () => SEEDS.map(bytesOf),
  dictionary: [
    '"atFlashOperation":',
    '"offMs":0',
    '"stepMs":',
    "-3153600000000",
    "3153600000000",
    "true",
    "null",
    "{}",
    '"*"',
    "1e9",
    "0.5",
    "-0",
  ].map(bytesOf),
  inputBytesMax: 700,
  batch: 30,
  allowed: [],
  executionsPerOpen: 60,
  open: () => {
    const parts = aLockInUse();
    const { lock, clock } = parts;
    const view = new StateView(parts);
    const [waiters, streams] = [new StateWaiters(lock, view, clock), new EventStreams(lock, view, clock)];
    const routes = rigRoutes(parts, view, waiters, streams).filter(({ path }) => path !== "/v1/state/stream");
    return {
      execute: async (input) => {
        for (const line of utf8.decode(input).split("\n").slice(0, REQUESTS_MAX)) {
          const [, method, path, body = ""] = /^(GET|POST|DELETE) (\S+) (.*)$/.exec(line) ?? [];
          const route = routes.find((candidate) => candidate.method === method && candidate.path === path);
          if (!route) continue;
          await answered(() => {
            const checkedBody = route.body ? checked(route.body, JSON.parse(body)) : {};
            return route.handle({ query: {}, body: checkedBody, headers: {}, gone: new AbortController().signal });
          });
          checked(LockState, JSON.parse(JSON.stringify(view.now())));
          clock.advance(BETWEEN_MS);
        }
      },
    };
  },
};

/** A lock with power, and what a rig needs to handle it. */
function aLockInUse() {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const product = { model: "Fuzzed", hardware: 1, firmware: 1 };
  const { lock, label } = memoryLock({ clock, random, suite, product });
  lock.powerOn();
  const print = { lockId: toHex(label.lockId), label: formatLabel(suite, label) };
  return { lock, print, link: new FaultyLink(lock, clock, random), clock, random, suite };
}

async function answered(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HttpError || error instanceof SyntaxError)) throw error;
  }
}

/** What a rig waits for: a condition that is taken can be looked at in any state. */
export const rigCondition: Target = {
  name: "rig-condition",
  seeds: () =>
    ["bolt.position=drawn,log.seq>=12", "slots.0.state=paired", "slots.length>0", "tag!=null", "hasPower = true"].map(
      bytesOf,
    ),
  dictionary: [
    "bolt.",
    "constructor",
    "__proto__",
    ".length",
    "slots.",
    ">=",
    "!=",
    ",",
    "null",
    "true",
    "faults.",
    "-0.5",
  ].map(bytesOf),
  inputBytesMax: 200,
  batch: 2000,
  allowed: [HttpError],
  open: () => {
    const state = new StateView(aLockInUse()).now();
    return {
      execute: (input) => {
        const condition = parseCondition(utf8.decode(input));
        const missed = unmet(condition, state);
        assert(missed === undefined || typeof missed.term === "string");
      },
    };
  },
};
