import assert from "node:assert/strict";
import { test } from "node:test";
import { TransportError } from "../../gateway/transport/channel.ts";
import { Right } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { isFragment } from "../ble/testing/att.ts";
import { BLE_LIBRARIES } from "../ble/testing/ble-site.ts";
import type { CarriedLog } from "./carry-log-out.ts";
import { type Cargo, serveAsCourier } from "./courier.ts";
import { giveOrder } from "./give-order.ts";
import { PassSession } from "./pass-session.ts";
import { AirDoor } from "./testing/air-door.ts";

/** Longer than the link layer waits for a peer that has gone, and than a bolt stays drawn. */
const OUT_OF_RANGE_MS = 4_000;
const CALM_MS = 12_000;
/** The lock hangs up on a stranger after 5 s. */
const NEARLY_HUNG_UP_MS = 4_500;

function unlock(airDoor: AirDoor, grant = airDoor.door.grant()) {
  const { phone, bearerKey: key } = airDoor.door;
  return airDoor.visit((session) => giveOrder(phone, session, { key, grant }, Action.unlock));
}

async function courier(airDoor: AirDoor, cargo: Cargo) {
  const { door } = airDoor;
  const bearer = door.bearer(door.grant());
  const report = await airDoor.visit((session) => serveAsCourier(door.phone, session, bearer, cargo));
  if (report.kind === "unknown") throw report.why;
  assert(report.kind === "served");
  return report;
}

/** How often the lock's bolt was drawn by an order, by its own log. */
function openings({ door }: AirDoor): number {
  return [...door.lock.firmware!.inside.store.newestFirst()].filter(
    ({ type, result }) => type === RecordType.intent && result === Action.unlock,
  ).length;
}

/** Whether the packet begins a message: the first of its fragments, written or notified. */
function beginsMessage(h4: Uint8Array): boolean {
  const fragmentAt = 12;
  return isFragment(h4) && (h4[fragmentAt]! & 0x80) !== 0;
}

/** The lock goes out of range with the nth message of what follows, for a while. */
function outOfRangeAt(airDoor: AirDoor, nth: number): { wasReached: () => boolean } {
  let seen = 0;
  airDoor.meddle = (h4) => {
    if (beginsMessage(h4) && ++seen === nth) {
      airDoor.lockController.packetLoss = 1;
      airDoor.door.clock.schedule(OUT_OF_RANGE_MS, () => {
        airDoor.lockController.packetLoss = 0;
      });
    }
    return [h4];
  };
  return { wasReached: () => seen >= nth };
}

function isTheWorlds(error: unknown): boolean {
  return error instanceof TransportError || error instanceof ProtocolError;
}

for (const library of BLE_LIBRARIES) {
  test(`${library}: a phone finds a lock that no gateway reaches, and opens it with the grant that it carries`, async (t) => {
    const airDoor = await AirDoor.inService(t, library);
    const outcome = await unlock(airDoor);
    assert.equal(outcome.kind, "done");
    assert.equal(airDoor.door.bolt, "drawn");
  });

  test(`${library}: a phone is told why its grant is refused`, async (t) => {
    const airDoor = await AirDoor.inService(t, library);
    const { door } = airDoor;
    const refused = (reason: Reason) => ({ kind: "refused", reason });
    assert.deepEqual(await unlock(airDoor, door.grant({ rights: Right.lock })), refused(Reason.rightMissing));
    assert.deepEqual(await unlock(airDoor, door.grant({ expires: door.nowSeconds })), refused(Reason.expired));
    assert.equal(door.bolt, "thrown");
  });

  test(`${library}: a courier brings a roster in over the air and takes the events out`, async (t) => {
    const airDoor = await AirDoor.inService(t, library);
    const { door } = airDoor;
    const roster = door.roster({}, [door.grant(), door.grant(), door.grant()]);
    const report = await courier(airDoor, { roster });
    assert.deepEqual(report.roster, { kind: "committed", epoch: 2, grantsSent: 3 });
    assert.deepEqual(report.logs.at(-1)?.end, door.lock.firmware!.inside.log.position);
  });

  test(`${library}: at whichever message the phone loses the lock, an order is carried out once at the most`, async (t) => {
    const airDoor = await AirDoor.inService(t, library);
    let nth = 1;
    for (let isWhole = false; !isWhole; nth++) {
      await airDoor.door.clock.advanceAsync(CALM_MS);
      const before = openings(airDoor);
      const accident = outOfRangeAt(airDoor, nth);
      const outcome = await unlock(airDoor).catch((error: unknown) => {
        assert(isTheWorlds(error), String(error));
        return { kind: "nothing" } as const;
      });
      isWhole = !accident.wasReached();
      const opened = openings(airDoor) - before;
      const told = `message ${nth}: ${outcome.kind}, opened ${opened} times`;
      if (outcome.kind === "unknown") assert(opened <= 1, told);
      else assert.equal(opened, outcome.kind === "done" ? 1 : 0, told);
      if (isWhole) assert.equal(outcome.kind, "done");
    }
    // A1, A2, C, R.
    assert.equal(nth - 1, 5);
  });

  test(`${library}: a stranger's phone that shows nothing is hung up on after 5 s, and the next one comes through`, async (t) => {
    const airDoor = await AirDoor.inService(t, library);
    const { door } = airDoor;
    const carrier = await airDoor.run(airDoor.carrier("hci1"));
    const connectedAtMs = door.clock.monotonicMs();
    const session = await airDoor.run(PassSession.open(door.phone, carrier, door.known));
    await door.clock.advanceAsync(1_000);
    const outcome = await unlock(airDoor);
    assert.equal(outcome.kind, "done");
    assert(door.clock.monotonicMs() - connectedAtMs > NEARLY_HUNG_UP_MS, "the stranger had the lock");
    await assert.rejects(session.command({ name: "status" }), TransportError);
    await airDoor.run(carrier.close());
  });
}

test("at whichever message a courier loses the lock, the next visit finishes its work", async (t) => {
  const airDoor = await AirDoor.inService(t, "@abandonware/noble");
  const { door } = airDoor;
  const [{ end: beginning }] = (await courier(airDoor, {})).logs as [CarriedLog];
  let known = beginning;
  let nth = 3;
  for (let isWhole = false; !isWhole; nth++) {
    await door.clock.advanceAsync(CALM_MS);
    const cargo = { roster: door.roster({}, [door.grant(), door.grant()]), known };
    const accident = outOfRangeAt(airDoor, nth);
    await courier(airDoor, cargo).catch((error: unknown) => assert(isTheWorlds(error), String(error)));
    isWhole = !accident.wasReached();
    await door.clock.advanceAsync(CALM_MS);
    airDoor.meddle = (h4) => [h4];
    const { roster, logs } = await courier(airDoor, cargo);
    assert(roster && roster.kind !== "refused", `message ${nth}`);
    known = logs[0]!.end;
    assert.deepEqual(known, door.lock.firmware!.inside.log.position);
  }
  // Order, STATUS, BEGIN, LIST, PUT, COMMIT, STATUS, LIST, LOG HEAD, READ LOG, and their answers.
  assert(nth > 20);
});
