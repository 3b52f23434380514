import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { signReceipt } from "../../../protocol/documents/receipt.ts";
import { appendRecord } from "../../../protocol/log/chain.ts";
import { decodeRecord } from "../../../protocol/log/record.ts";
import type { Attack, GuardPatch } from "../attack.ts";
import { headEvent, recordEvent } from "../site/events.ts";
import { altered, FakeLog } from "../thief/fake-log.ts";
import { publicKeyOf, underNameOf } from "../thief/forge.ts";
import { NO_SIGNATURES } from "./without.ts";

const FAKE_RECORDS = 3;

function checkWithout(find: string, replace: string): GuardPatch {
  return { file: "gateway/verify/log-check.js", find, replace };
}

const ANY_CHAIN = checkWithout("if (previous && !this.#follows(previous, record))", "if (false)");
const ANY_HEAD = checkWithout("if (!equalBytes(h, head))", "if (false)");
const ANY_PLACE = checkWithout(
  "if (toHex(lockId) !== this.#lockId || generation !== this.#generation || signedSeq !== seq)",
  "if (false)",
);
const ANY_BEGINNING = checkWithout("this.#hashes.set(0, firstHash(suite, fromHex(lockId), generation, sigPk));", ";");

/** Telling people another story than the locks'. */
export const LOGS: readonly Attack[] = [
  {
    name: "alter a record",
    section: "§9",
    guard: "each record's hash covers it and all before it",
    against: "log",
    patches: [ANY_CHAIN],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.replace(log.middle, altered(log.record(log.middle)));
      scene.judge.logs.show(log.lines());
    },
  },
  {
    name: "alter a record and chain the log anew",
    section: "§9",
    guard: "a head that the lock signed covers the chain",
    against: "log",
    patches: [ANY_HEAD],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.replace(log.middle, altered(log.record(log.middle)));
      log.chainFrom(log.middle);
      scene.judge.logs.show(log.lines());
    },
  },
  {
    name: "sign the heads of a log anew",
    section: "§7",
    guard: "heads bear the lock's signature",
    against: "log",
    patches: [NO_SIGNATURES],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.replace(log.middle, altered(log.record(log.middle)));
      log.chainFrom(log.middle);
      log.signHeads(scene.ownKey);
      scene.judge.logs.show(log.lines());
    },
  },
  {
    name: "make a log up under a key of one's own",
    section: "§9",
    guard: "a file's claim about a lock's key must agree with the key that is known",
    against: "log",
    patches: [
      {
        file: "gateway/verify/export-check.js",
        find: "if (known && !equalBytes(known, sigPk))",
        replace: "if (false)",
      },
      { file: "gateway/verify/export-check.js", find: "given ?? claimed)", replace: "claimed ?? given)" },
      ANY_BEGINNING,
      {
        file: "protocol/documents/cose-sign1.js",
        find: "if (!equalBytes(envelope.kid, keyId(suite, publicKey)))",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.replace(log.middle, altered(log.record(log.middle)));
      log.chainFrom(log.middle);
      log.signHeads(scene.ownKey);
      scene.judge.logs.show(log.lines(publicKeyOf(scene.ownKey)));
    },
  },
  {
    name: "leave a record out",
    section: "§9",
    guard: "numbers without a gap; a gap must be reported, and shows",
    against: "log",
    patches: [checkWithout("if (this.#through === undefined || seq === this.#through + 1)", "if (true)")],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.leaveOut(log.middle);
      scene.judge.logs.show(log.lines());
    },
  },
  {
    name: "report a gap, and alter the record behind it",
    section: "§9",
    guard: "of the first record behind a hole nothing is proven but its hash",
    against: "log",
    patches: [checkWithout("this.#isRunChained = previous !== undefined;", "this.#isRunChained = true;")],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.tellGap(log.middle - 1);
      log.replace(log.middle, altered(log.record(log.middle)));
      scene.judge.logs.show(log.lines());
    },
  },
  {
    name: "tell an old record once more, otherwise",
    section: "§9",
    guard: "a repeat is held against the chain, or proves nothing",
    against: "log",
    patches: [
      checkWithout("if (isOther || (previous && !this.#follows(previous, record)))", "if (isOther)"),
      checkWithout("if (!previous || !known)", "if (false)"),
    ],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.add(log.middle, altered(log.record(log.middle)));
      scene.judge.logs.show(log.lines());
    },
  },
  {
    name: "exchange what two records say",
    section: "§9",
    guard: "the chain has an order",
    against: "log",
    patches: [ANY_CHAIN],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      const [one, other] = [log.record(log.middle), log.record(log.middle + 1)];
      const { seq: _, h: __, ...first } = decodeRecord(one);
      const { seq: ___, h: ____, ...second } = decodeRecord(other);
      log.replace(log.middle, altered(one, second));
      log.replace(log.middle + 1, altered(other, first));
      scene.judge.logs.show(log.lines());
    },
  },
  {
    name: "show one lock's log as another's",
    section: "§9",
    guard: "h_0 and every head name the lock; another lock's key signed them",
    against: "log",
    patches: [NO_SIGNATURES, ANY_PLACE, ANY_BEGINNING],
    run: (scene) => {
      const { laundry, front } = scene;
      const lines = new FakeLog(scene, laundry).lines().slice(1);
      scene.judge.logs.show(lines.map((line) => line.replaceAll(laundry.id, front.id)));
    },
  },
  {
    name: "show an earlier generation's log as this one's",
    section: "§9",
    guard: "h_0 and every head name the generation",
    against: "log",
    patches: [ANY_PLACE, ANY_BEGINNING],
    run: (scene) => {
      const log = new FakeLog(scene, scene.flat, 0);
      const lines = log.lines().map((line) => line.replaceAll('"generation":0', '"generation":1'));
      scene.judge.logs.show(lines.map((line) => line.replaceAll(`${scene.flat.id}-0-`, `${scene.flat.id}-1-`)));
    },
  },
  {
    name: "tell a backend another record under a number that it has",
    section: "§9",
    guard: "what a backend holds stays",
    against: "log",
    patches: [
      {
        file: "hil-tests/backend/lock-history.js",
        find: 'throw new EventRefused(event.id, "other-record", "another record is held under this number");',
        replace: "generation.records.set(event.seq, record); return true;",
      },
    ],
    run: (scene) => {
      const log = new FakeLog(scene, scene.front);
      log.replace(log.middle, altered(log.record(log.middle)));
      log.chainFrom(log.middle);
      for (const event of log.events) scene.judge.logs.tell(event);
    },
  },
  {
    name: "go on with a log of one's own at a backend",
    section: "§9",
    guard: "heads bear the lock's signature",
    against: "log",
    patches: [NO_SIGNATURES],
    run: (scene) => {
      for (const event of madeUpEnd(scene, true)) scene.judge.logs.tell(event);
    },
  },
  {
    name: "answer a backend's question with a head of before",
    section: "§6, §7",
    guard: "a head is over the asker's own nonce",
    against: "log",
    patches: [
      {
        file: "hil-tests/backend/lock-history.js",
        find: "if (event.nonce && !equalBytes(event.nonce, head.nonce))",
        replace: "if (false)",
      },
      {
        file: "hil-tests/backend/lock-history.js",
        find: "this.#isFirstOver(head)",
        replace: "this.#isFirstOver({ ...head, nonce: event.nonce })",
      },
    ],
    run: (scene) => {
      const { judge, front } = scene;
      const nonce = judge.logs.ask(front);
      const old = new FakeLog(scene, front).events.findLast(({ data }) => "document" in data)!;
      const data = { ...old.data, nonce: Buffer.from(nonce).toString("base64") };
      judge.logs.tell({ ...old, id: `${old.id}-${Buffer.from(nonce).toString("hex")}`, data } as CloudEvent);
    },
  },
  {
    name: "let a lock forget by a receipt of one's own",
    section: "§7",
    guard: "receipts bear the issuer's signature",
    against: "memory",
    patches: [
      {
        file: "lock-sim/firmware/commands/log.js",
        find: "verifyReceipt(suite, receipt,",
        replace: "verifyReceipt({ ...suite, es256Verify: () => true }, receipt,",
      },
    ],
    run: (scene) => {
      const { front, ownKey, loot } = scene;
      const { talk, caps } = scene.open(front);
      const own = signReceipt(suite, ownKey, { ...caps, lockId: front.lockId });
      talk.ask({ name: "ackLog", receipt: underNameOf(loot.issuerPk, own) });
    },
  },
  {
    name: "let a lock forget by another lock's receipt",
    section: "§7",
    guard: "a receipt names its lock, and the hash of its record",
    against: "memory",
    patches: [
      {
        file: "lock-sim/firmware/commands/log.js",
        find: "if (!equalBytes(lockId, identity.label.lockId))",
        replace: "if (false)",
      },
      { file: "lock-sim/firmware/commands/log.js", find: "if (!equalBytes(head, ours))", replace: "if (false)" },
    ],
    run: (scene) => {
      const { laundry, front, judge, issuer } = scene;
      const { talk, caps } = scene.open(laundry);
      // As if the front door's log had come as far: the backend has all of that.
      const receipt = issuer.receipt({ ...judge.logs.held(front), seq: caps.seq, lockId: front.lockId });
      talk.ask({ name: "ackLog", receipt });
    },
  },
  {
    name: "let a lock forget what a backend was told instead",
    section: "§7",
    guard: "a receipt names the hash of its record",
    against: "memory",
    patches: [
      { file: "lock-sim/firmware/commands/log.js", find: "if (!equalBytes(head, ours))", replace: "if (false)" },
    ],
    run: (scene) => {
      const { front, judge, issuer } = scene;
      // The backend takes records that no head covers yet, and the issuer vouches for having them.
      for (let i = 0; i < FAKE_RECORDS; i++) scene.malloryTries(front, scene.grants.denied);
      for (const event of madeUpEnd(scene, false)) judge.logs.tell(event);
      const receipt = issuer.receipt({ ...judge.logs.held(front), lockId: front.lockId });
      scene.tell(front, [{ name: "ackLog", receipt }]);
    },
  },
  {
    name: "let a lock forget by a receipt for an earlier generation",
    section: "§7",
    guard: "a receipt names its generation, and the hash of its record",
    against: "memory",
    patches: [
      {
        file: "lock-sim/firmware/commands/log.js",
        find: "const { lockId, generation, seq, head } = verified.value;",
        replace: "const { lockId, head } = verified.value; const { generation, seq } = store.position;",
      },
      { file: "lock-sim/firmware/commands/log.js", find: "if (!equalBytes(head, ours))", replace: "if (false)" },
    ],
    run: (scene) => {
      const { flat, loot } = scene;
      const { talk } = scene.open(flat);
      for (const receipt of loot.receipts) talk.ask({ name: "ackLog", receipt });
    },
  },
];

/** Records of the thief's own that go on where the backend is; with a head, if it is to be signed. */
function madeUpEnd(scene: Parameters<Attack["run"]>[0], isSigned: boolean): CloudEvent[] {
  const { front, judge, ownKey } = scene;
  const held = judge.logs.held(front);
  const { generation } = held;
  const { lockId } = front;
  const log = new FakeLog(scene, front);
  const events: CloudEvent[] = [];
  let head = held.head;
  const fields = decodeRecord(log.record(log.middle));
  for (let seq = held.seq + 1; seq <= held.seq + FAKE_RECORDS; seq++) {
    const { bytes, h } = appendRecord(suite, head, { ...fields, seq });
    events.push(recordEvent({ lockId, generation, seq }, bytes));
    head = h;
  }
  if (!isSigned) return events;
  log.events.splice(
    0,
    log.events.length,
    ...events,
    headEvent({ lockId, generation, seq: held.seq + FAKE_RECORDS }, new Uint8Array(1)),
  );
  log.signHeads(ownKey);
  return log.events;
}
