import assert from "node:assert/strict";
import { test } from "node:test";
import { DiscardPolicy, RetentionPolicy } from "@nats-io/jetstream";
import { asyncapiSchema } from "../../gateway/uplink/testing/asyncapi-schema.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { findNatsServer } from "./nats-server.ts";
import { NatsWorld } from "./testing/nats-world.ts";

const program = findNatsServer();
const options = program === undefined ? { skip: "skipped: nats-server not found" } : { timeout: 60_000 };
const STREAM = "REPORTS";

test(
  "a stream of its own has the newest report of each lock, whoever was there when it was said",
  options,
  async (t) => {
    const world = await NatsWorld.start(t, program!, { locks: 2, hasBackend: false });
    const { admin, gateway } = world;
    await world.run(
      admin.addStream({
        name: STREAM,
        subjects: ["portvakt.*.locks.*.report"],
        retention: RetentionPolicy.Limits,
        discard: DiscardPolicy.Old,
        discard_new_per_subject: false,
        max_msgs_per_subject: 1,
      }),
    );
    const [lock] = world.locks;
    await world.run(gateway.services.actions.act(lock!.lockId, "unlock"));
    const newest = async () => {
      const message = await admin.newest(STREAM, `portvakt.stair-4.locks.${lock!.lockId}.report`);
      return message?.json<{ challenge?: { value: string } }>();
    };
    let report: Awaited<ReturnType<typeof newest>>;
    do {
      await world.turn();
      report = await world.run(newest());
    } while (report?.challenge?.value !== toHex(lock!.challenge));
    assert(asyncapiSchema("LockReport")(report));
    assert((await world.run(admin.info(STREAM))).state.messages <= world.locks.length);
  },
);
