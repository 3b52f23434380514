import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { TransportError } from "../../gateway/transport/channel.ts";
import { Action } from "../../protocol/documents/order.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import type { AirLock } from "../ble/testing/air-lock.ts";
import { BLE_LIBRARIES, BleSite } from "../ble/testing/ble-site.ts";
import { type Bearer, giveOrder, type OrderOutcome } from "./give-order.ts";
import { PassSession } from "./pass-session.ts";
import { openPhone } from "./testing/air-door.ts";

const model = { advertisingIntervalMsMax: 1_000 };
/** Until a lock is in step and its connection has been given up. */
const QUIET_AFTER_MS = 12_000;
/** A person tries again. */
const TRIES_MAX = 3;

/** Somebody with a key of their own, and the grant that the gateway's issuer made for it. */
async function bearerOf(site: BleSite, { lockId }: AirLock): Promise<Bearer> {
  const key = opensslSuite.p256PrivateKey((length) => site.random.bytes(length));
  const publicKey = toHex(opensslSuite.p256PublicKey(key));
  const { row } = await site.run(
    site.gateway.grants.add({ locks: [lockId], rights: ["unlock", "essential"], with: [{ kind: "key", publicKey }] }),
  );
  return { key, grant: row.document };
}

async function unlockByPhone(site: BleSite, lock: AirLock, bearer: Bearer): Promise<OrderOutcome> {
  const phone = { suite: opensslSuite, random: site.random, clock: site.clock };
  const sigPk = opensslSuite.p256PublicKey(lock.lock.firmware!.inside.identity.sigKey);
  for (let tries = 1; ; tries++) {
    try {
      const carrier = await openPhone(site.clock, () => site.stranger("@abandonware/noble"), lock.lockId);
      try {
        const session = await PassSession.open(phone, carrier, { lockId: fromHex(lock.lockId), sigPk });
        return await giveOrder(phone, session, bearer, Action.unlock);
      } finally {
        await carrier.close();
      }
    } catch (error) {
      if (!(error instanceof TransportError) || tries === TRIES_MAX) throw error;
    }
  }
}

for (const library of BLE_LIBRARIES) {
  test(`${library}: a gateway and a phone at the same lock at once take turns, and each order is carried out once`, async (t) => {
    const site = new BleSite(t, { library, model });
    const lock = await site.addPairedLock();
    const bearer = await bearerOf(site, lock);
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    for (const phoneAfterMs of [0, 100, 1_000]) {
      const before = orders(lock);
      const byGateway = site.gateway.services.actions.act(lock.lockId, "unlock");
      await site.clock.advanceAsync(phoneAfterMs);
      const byPhone = unlockByPhone(site, lock, bearer);
      const outcomes = await site.run(Promise.all([byGateway, byPhone]));
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ["done", "done"],
      );
      assert.equal(orders(lock), before + 2);
      await site.clock.advanceAsync(QUIET_AFTER_MS);
    }
    assert.equal(site.sentence(lock), "In step.");
  });
}

/** How many orders have been carried out, by the lock's own log. */
function orders({ lock }: AirLock): number {
  return [...lock.firmware!.inside.store.newestFirst()].filter(({ type }) => type === RecordType.intent).length;
}
