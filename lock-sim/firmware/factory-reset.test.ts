import assert from "node:assert/strict";
import { test } from "node:test";
import { auxPair } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { BenchLock, errOf } from "./testing/bench-lock.ts";
import { atEveryFlashOperation } from "./testing/power-cuts.ts";

test("a factory reset forgets gateways, issuer, table and time, and begins a new generation of the log", () => {
  const bench = new BenchLock();
  const { paired, session, caps: _ } = bench.furnish();
  const { seq } = session.done({ name: "status" });
  bench.lock.factoryReset();
  assert.equal(errOf(bench.line().send(bench.startOpen(paired).o1)), Err.noSuchSlot);
  const stranger = bench.suite.p256PublicKey(bench.site.newKey());
  const next = bench.pair(bench.line(), { issuerPk: stranger, time: 0 });
  const { session: after, caps } = bench.open(next);
  assert.deepEqual([caps.epoch, caps.generation, caps.n], [0, 1, 0]);
  assert.equal(caps.flags & Flag.timeUncertain, Flag.timeUncertain);
  const [reset, boot] = bench.log(after);
  assert.deepEqual([reset?.type, auxPair(reset!.aux)], [RecordType.factoryReset, [0, seq]]);
  assert.equal(boot?.type, RecordType.boot);
});

test("the log of the generation before stays readable to whoever is paired next, with its signed head", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const { seq, head } = session.done({ name: "status" });
  bench.lock.factoryReset();
  const { session: after } = bench.open(bench.pair());
  const { firstSeq, records } = after.done({ name: "readLog", fromSeq: 1, max: 20, generation: 0 });
  assert.deepEqual([firstSeq, records.length], [1, 48 * seq]);
  assert.deepEqual(records.slice(-16), head);
  after.done({ name: "logHead", nonce: new Uint8Array(16), generation: 0 });
});

test("connections live on without their sessions", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  bench.lock.factoryReset();
  assert.equal(errOf(session.line.send(session.seal(Uint8Array.of(0x81, 0x01)))), Err.noSession);
});

test("a reset while the bolt travels: the order gets its DONE, and a bolt that was drawn is thrown", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.line.send(session.sealed(bench.act(session)));
  bench.clock.advance(100);
  bench.lock.factoryReset();
  bench.clock.advance(5000);
  assert.equal(bench.boltPosition, "thrown");
  const { session: after } = bench.open(bench.pair());
  const { records } = after.done({ name: "readLog", fromSeq: 1, max: 20, generation: 0 });
  assert.equal(records.at(-48 + 8), RecordType.done);
});

test("no secret of the site is left in flash", () => {
  const bench = new BenchLock();
  const { paired } = bench.furnish();
  bench.lock.factoryReset();
  assert(!Buffer.from(bench.flash.image()).includes(Buffer.from(paired.pmk.reveal())));
});

test("no key is left in RAM, of the slots or of a session", () => {
  const bench = new BenchLock();
  bench.furnish();
  const { slots, connections } = bench.lock.firmware!.inside;
  const { pmk, resumeKey } = slots.at(0)!;
  const session = Array.from(connections.all(), (connection) => connection.session).find(({ kind }) => kind === "slot");
  assert(session?.kind === "slot" && resumeKey);
  bench.lock.factoryReset();
  for (const secret of [pmk, resumeKey.rms, session.channel.sendKey, session.channel.receiveKey])
    assert.throws(() => secret.reveal());
});

test("a power cut at any moment of a factory reset: it was done whole, or not at all", () => {
  atEveryFlashOperation({
    prepare: () => {
      const bench = new BenchLock();
      return { bench, prepared: bench.furnish() };
    },
    action: (bench) => bench.lock.factoryReset(),
    check: (bench, { paired }, wasCut) => {
      const isReset = errOf(bench.line().send(bench.startOpen(paired).o1)) === Err.noSuchSlot;
      assert(isReset || wasCut);
      const gateway = isReset ? bench.pair() : paired;
      const { session, caps } = bench.open(gateway);
      assert.deepEqual([caps.generation, caps.epoch], isReset ? [1, 0] : [0, 1]);
      const types = bench.log(session).map(({ type }) => type);
      assert.equal(types.filter((type) => type === RecordType.factoryReset).length, isReset ? 1 : 0);
      assert.equal(types[0], isReset ? RecordType.factoryReset : RecordType.boot);
    },
  });
});
