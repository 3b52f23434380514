import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { LockSession } from "../link/lock-session.ts";
import { EventStore } from "../store/event-store.ts";
import { temporaryDatabase } from "../store/testing/temporary-database.ts";
import { EventPull } from "./event-pull.ts";
import { HeadDemands } from "./head-demands.ts";

const LOCK_ID = "aaaaaaaaaaaaaaaa";
const LAST_SEQ = 2 ** 32 - 1;

test("after the last number that a record can have, nothing more of its generation is asked for", async (t) => {
  const events = new EventStore(temporaryDatabase(t));
  const payload = new Uint8Array(48);
  await events.append([{ lockId: LOCK_ID, generation: 0, seq: LAST_SEQ, kind: "record", payload, receivedAtMs: 0 }]);
  const asked: string[] = [];
  const session = {
    command: async (command: Parameters<LockSession["command"]>[0]) => {
      encodeCommand(command);
      asked.push(`${command.name} ${"generation" in command ? command.generation : "now"}`);
      return { ok: false, refusal: { reason: Reason.notFound } };
    },
  } as unknown as LockSession;

  const pull = new EventPull({
    suite,
    clock: new VirtualClock(),
    random: new SeededRandom(1),
    events,
    headDemands: new HeadDemands(),
  });
  const lock = { lockId: LOCK_ID, generation: 1, sigPk: new Uint8Array(33) } as Parameters<EventPull["pull"]>[1];
  await assert.rejects(
    pull.pull((job) => job(session), lock, 1),
    /the lock refuses to show its log/,
  );
  assert.deepEqual(asked, ["logHead 0", "readLog now"]);
});
