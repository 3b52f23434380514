import assert from "node:assert/strict";
import { test } from "node:test";
import { runUntil } from "../../gateway/testing/run-until.ts";
import { Right } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { startPass } from "../../protocol/session/pass.ts";
import { hasCode } from "../../protocol/testing/facts.ts";
import { decodeMessage, Err, encodeMessage, type MessageType } from "../../protocol/wire/messages.ts";
import { giveOrder } from "./give-order.ts";
import { PassSession } from "./pass-session.ts";
import { TestDoor } from "./testing/test-door.ts";

const BUSY = encodeMessage({ type: "ERR", code: Err.busy });

test("whoever stands between, or is another lock, gets a fresh point and nothing else", async () => {
  const door = await TestDoor.inService();
  const { suite } = door.phone;
  const stranger = suite.p256PublicKey(door.newKey());
  const others = [
    { known: { ...door.known, sigPk: stranger }, code: "wrong-signature" },
    { known: { ...door.known, lockId: new Uint8Array(8) }, code: "wrong-lock" },
  ] as const;
  for (const { known, code } of others) {
    door.clock.advance(1_500);
    const carrier = door.carrier();
    await assert.rejects(PassSession.open(door.phone, carrier, known), hasCode(code));
    assert.deepEqual(
      carrier.sent.map((frame) => decodeMessage(frame).type),
      ["A1"],
    );
  }
});

test("an A2 that was altered on the way ends the attempt", async () => {
  const door = await TestDoor.inService();
  const carrier = door.carrier();
  const altering = {
    request: async (frame: Uint8Array) => {
      const a2 = Uint8Array.from(await carrier.request(frame));
      a2[a2.length - 1]! ^= 1;
      return a2;
    },
    close: () => carrier.close(),
  };
  await assert.rejects(PassSession.open(door.phone, altering, door.known), hasCode("wrong-tag"));
});

/** One A1, a quarter of a second after whatever was before. */
async function knock(door: TestDoor): Promise<MessageType> {
  door.clock.advance(250);
  const { a1 } = startPass(door.phone.suite, door.phone.random);
  return decodeMessage(await door.carrier().request(a1)).type;
}

async function knocks(door: TestDoor, times: number): Promise<MessageType[]> {
  const answers: MessageType[] = [];
  for (let n = 0; n < times; n++) answers.push(await knock(door));
  return answers;
}

test("strangers get three answers and then one a second, and a phone waits for its turn", async () => {
  const door = await TestDoor.inService();
  assert.deepEqual(await knocks(door, 5), ["A2", "A2", "A2", "ERR", "ERR"]);
  const beforeMs = door.clock.monotonicMs();
  await runUntil(door.clock, PassSession.open(door.phone, door.carrier(), door.known), 1_000);
  assert(door.clock.monotonicMs() > beforeMs);
  assert.deepEqual(await knocks(door, 4), ["ERR", "ERR", "ERR", "A2"]);
});

test("a mere command does not make strangers welcome, an accepted order does", async () => {
  const door = await TestDoor.inService();
  const session = await door.session();
  await knocks(door, 2);
  assert(!(await session.command({ name: "status" })).ok);
  const unfit = door.bearer(door.grant({ rights: Right.lock }));
  assert.equal((await giveOrder(door.phone, session, unfit, Action.unlock)).kind, "refused");
  assert.equal(await knock(door), "ERR");

  const outcome = await giveOrder(door.phone, session, door.bearer(door.grant()), Action.unlock);
  assert.equal(outcome.kind, "done");
  assert.deepEqual(await knocks(door, 4), ["A2", "A2", "A2", "ERR"]);
});

test("a lock that stays busy is given up after a while", async () => {
  const door = await TestDoor.inService();
  let asked = 0;
  const carrier = {
    request: async () => {
      asked++;
      return BUSY;
    },
    close: async () => {},
  };
  const failed = assert.rejects(PassSession.open(door.phone, carrier, door.known), hasCode("refused-by-peer"));
  await runUntil(door.clock, failed, 4_500);
  assert.equal(asked, 17);
});

test("after a reboot the lock knows the session no more, and a new one goes on", async () => {
  const door = await TestDoor.inService();
  const session = await door.session();
  door.lock.powerOff();
  door.lock.powerOn();
  const lost = await giveOrder(door.phone, session, door.bearer(door.grant()), Action.unlock);
  assert.equal(lost.kind, "unknown");
  const outcome = await giveOrder(door.phone, await door.session(), door.bearer(door.grant()), Action.unlock);
  assert.equal(outcome.kind, "done");
});
