import assert from "node:assert/strict";
import { test } from "node:test";
import { TransportError } from "../../gateway/transport/channel.ts";
import { Right } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { signReceipt } from "../../protocol/documents/receipt.ts";
import { decodeRecord, RECORD_BYTES, RecordType } from "../../protocol/log/record.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { CarriedLog } from "./carry-log-out.ts";
import { type Cargo, type CourierReport, serveAsCourier } from "./courier.ts";
import type { FrameCarrier } from "./frame-carrier.ts";
import { giveOrder } from "./give-order.ts";
import type { PassSession } from "./pass-session.ts";
import { TestDoor } from "./testing/test-door.ts";

const COURIERS: Command[] = [
  { name: "status" },
  { name: "readLog", fromSeq: 1, max: 20 },
  { name: "ackLog", receipt: new Uint8Array(1) },
  { name: "logHead", nonce: new Uint8Array(16) },
  { name: "rosterBegin", roster: new Uint8Array(1) },
  { name: "grantPut", grants: [new Uint8Array(1)] },
  { name: "rosterCommit" },
  { name: "unpair", order: new Uint8Array(1) },
  { name: "grantList", after: new Uint8Array(8) },
  { name: "grantDrop", ids: [new Uint8Array(8)] },
];
const NOBODYS: Command[] = [{ name: "timeHint", time: 1 }, { name: "identify" }];

async function reasonOf(session: PassSession, command: Command): Promise<Reason> {
  const response = await session.command(command);
  return response.ok ? Reason.done : response.refusal.reason;
}

type Served = Extract<CourierReport, { kind: "served" }>;

async function visit(door: TestDoor, cargo: Cargo, carrier: FrameCarrier = door.carrier()): Promise<Served> {
  try {
    const session = await door.session(carrier);
    const report = await serveAsCourier(door.phone, session, door.bearer(door.grant()), cargo);
    if (report.kind === "unknown") throw report.why;
    assert(report.kind === "served");
    return report;
  } finally {
    await carrier.close();
  }
}

function recordTypes({ runs }: CarriedLog): RecordType[] {
  return runs.flatMap(({ records }) =>
    Array.from({ length: records.length / RECORD_BYTES }, (_, at) => {
      const { type } = decodeRecord(records.subarray(RECORD_BYTES * at, RECORD_BYTES * (at + 1)));
      return type;
    }),
  );
}

function grants(door: TestDoor, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => door.grant());
}

test("before an accepted courier order a lock does nothing for a courier", async () => {
  const door = await TestDoor.inService();
  const session = await door.session();
  for (const command of [...COURIERS, ...NOBODYS]) {
    assert.equal(await reasonOf(session, command), Reason.notAllowed, command.name);
  }
  const unlocking = await giveOrder(door.phone, session, door.bearer(door.grant()), Action.unlock);
  assert.equal(unlocking.kind, "done");
  assert.equal(await reasonOf(session, { name: "status" }), Reason.notAllowed);

  await giveOrder(door.phone, session, door.bearer(door.grant()), Action.courier);
  for (const command of COURIERS) assert.notEqual(await reasonOf(session, command), Reason.notAllowed, command.name);
  for (const command of NOBODYS) assert.equal(await reasonOf(session, command), Reason.notAllowed, command.name);
  const another = await door.session();
  assert.equal(await reasonOf(another, { name: "status" }), Reason.notAllowed);
});

test("without the right a courier is refused, and asks for nothing more", async () => {
  const door = await TestDoor.inService();
  const carrier = door.carrier();
  const bearer = door.bearer(door.grant({ rights: Right.unlock }));
  const report = await serveAsCourier(door.phone, await door.session(carrier), bearer, { roster: door.roster() });
  assert.deepEqual(report, { kind: "refused", reason: Reason.rightMissing });
  assert.equal(carrier.sent.length, 2);
});

test("a courier brings a roster and takes the events with it", async () => {
  const door = await TestDoor.inService();
  const roster = door.roster({}, grants(door, 5));
  const report = await visit(door, { roster });
  assert.deepEqual(report.roster, { kind: "committed", epoch: 2, grantsSent: 5 });
  assert.equal(report.status.epoch, 2);
  assert.equal(report.grants.length, 5);

  const [log, ...more] = report.logs;
  assert.deepEqual(more, []);
  const { boot, paired, rosterCommitted, intent, permission, done } = RecordType;
  assert.deepEqual(
    recordTypes(log!).toSorted(),
    [boot, RecordType.timeSet, paired, rosterCommitted, intent, permission, done, rosterCommitted].toSorted(),
  );
  assert.deepEqual(log!.end, door.lock.firmware!.inside.log.position);
});

test("only what differs goes over the air: the revoked out, the new in", async () => {
  const door = await TestDoor.inService();
  const [gone, stays, comes] = grants(door, 3) as [Uint8Array, Uint8Array, Uint8Array];
  await visit(door, { roster: door.roster({}, [gone, stays]) });
  const { roster } = await visit(door, { roster: door.roster({}, [stays, comes]) });
  assert.deepEqual(roster, { kind: "committed", epoch: 3, grantsSent: 1 });
});

test("a table longer than one reply is seen whole", async () => {
  const door = await TestDoor.inService();
  const many = grants(door, 60);
  assert.equal((await visit(door, { roster: door.roster({}, many) })).grants.length, 60);
  const { roster } = await visit(door, { roster: door.roster({}, many.slice(1)) });
  assert.deepEqual(roster, { kind: "committed", epoch: 3, grantsSent: 0 });
});

test("wherever contact is lost, the next visit finishes the work", async () => {
  const door = await TestDoor.inService();
  for (const lost of ["request", "reply"] as const) {
    let frame = 1;
    for (let isWhole = false; !isWhole; frame++) {
      const cargo = { roster: door.roster({}, grants(door, 8)) };
      const carrier = door.carrier();
      carrier.breakAt = { frame, lost };
      isWhole = await visit(door, cargo, carrier).then(
        () => true,
        (error) => {
          assert(error instanceof TransportError);
          return false;
        },
      );
      const { roster, status, logs } = await visit(door, cargo);
      assert.notEqual(roster!.kind, "refused");
      assert.deepEqual(status.epoch, door.lock.firmware!.inside.roster.epoch);
      assert.equal(logs.length, 1);
    }
    // Order, STATUS, BEGIN, LIST, DROP, PUTs, COMMIT, STATUS, LIST, LOG HEAD, READ LOG.
    assert(frame > 12);
  }
});

test("grants that are there already from an interrupted visit are not sent again", async () => {
  const door = await TestDoor.inService();
  const cargo = { roster: door.roster({}, grants(door, 8)) };
  const carrier = door.carrier();
  // A1, order, STATUS, BEGIN, LIST and one PUT.
  carrier.breakAt = { frame: 6, lost: "request" };
  await assert.rejects(visit(door, cargo, carrier), TransportError);
  const { roster } = await visit(door, cargo);
  assert(roster?.kind === "committed");
  assert(roster.grantsSent > 0 && roster.grantsSent < 8);
});

test("a roster whose arrival was never heard of is found to be there", async () => {
  const door = await TestDoor.inService();
  const cargo = { roster: door.roster({}, grants(door, 2)) };
  await visit(door, cargo);
  assert.deepEqual((await visit(door, cargo)).roster, { kind: "already there", epoch: 2 });
});

test("a roster that the lock does not want is reported, and the events come out all the same", async () => {
  const door = await TestDoor.inService();
  const old = door.roster();
  await visit(door, { roster: door.roster() });
  const { roster, logs } = await visit(door, { roster: old });
  assert.deepEqual(roster, { kind: "refused", command: "rosterBegin", reason: Reason.epochNotNewer });
  assert.equal(logs.length, 1);

  const short = door.roster({}, grants(door, 2));
  const incomplete = await visit(door, { roster: { ...short, grants: short.grants.slice(1) } });
  assert.deepEqual(incomplete.roster, { kind: "refused", command: "rosterCommit", reason: Reason.digestMismatch });
});

test("the issuer's receipts let the lock forget, and others do not", async () => {
  const door = await TestDoor.inService();
  const { suite } = door.phone;
  const { end } = (await visit(door, {})).logs[0]!;
  const claims = { lockId: door.known.lockId, ...end };
  const { receipts } = await visit(door, {
    receipts: [
      signReceipt(suite, door.newKey(), claims),
      signReceipt(suite, door.issuerKey, { ...claims, head: new Uint8Array(16) }),
      signReceipt(suite, door.issuerKey, { ...claims, seq: 1000 }),
      signReceipt(suite, door.issuerKey, claims),
    ],
  });
  assert.deepEqual(receipts, [Reason.unknownKey, Reason.digestMismatch, Reason.notFound, Reason.done]);
});

test("a second visit takes what is new, and a receipt's records stay known", async () => {
  const door = await TestDoor.inService();
  const { end } = (await visit(door, {})).logs[0]!;
  const [log] = (await visit(door, { known: end })).logs;
  assert.deepEqual(recordTypes(log!), [RecordType.intent, RecordType.permission, RecordType.done]);
});

test("after a factory reset the generation before comes out too", async () => {
  const door = await TestDoor.inService();
  const { end } = (await visit(door, {})).logs[0]!;
  await visit(door, {});
  door.factoryReset();
  await door.pair();
  await door.commit(door.roster());
  const { logs } = await visit(door, { known: end });
  assert.deepEqual(
    logs.map((log) => log.end.generation),
    [0, 1],
  );
  assert.deepEqual(recordTypes(logs[0]!), [RecordType.intent, RecordType.permission, RecordType.done]);
  assert.equal(recordTypes(logs[1]!)[0], RecordType.factoryReset);
});

test("a log that overflowed comes out with its gap", async () => {
  const door = await TestDoor.inService();
  const { log } = door.lock.firmware!.inside;
  for (let n = 0; n < 700; n++) log.append({ type: RecordType.doorOpened });
  const [carried] = (await visit(door, {})).logs;
  assert(carried!.runs[0]!.firstSeq > 1);
  assert.deepEqual(carried!.end, log.position);
});
