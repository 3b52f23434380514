import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { signReceipt } from "../../../protocol/documents/receipt.ts";
import { appendRecord } from "../../../protocol/log/chain.ts";
import { decodeRecord } from "../../../protocol/log/record.ts";
import type { Attack } from "../attack.ts";
import { headEvent, recordEvent } from "../site/events.ts";
import { altered, FakeLog } from "../thief/fake-log.ts";
import { underNameOf } from "../thief/forge.ts";
import { NO_SIGNATURES } from "./without.ts";

const FAKE_RECORDS = 3;

/** Telling a backend another story than the locks', and locks what no backend has said. */
export const BACKENDS: readonly Attack[] = [
  {
    name: "tell a backend another record under a number that it has",
    section: "§9",
    guard: "what a head has signed stays",
    against: "log",
    patches: [
      {
        file: "hil-tests/backend/lock-history.js",
        find: "if (event.seq <= generation.signedThrough || !continues)",
        replace: "if (false)",
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
    name: "keep a lock's own records out of a backend",
    section: "§9",
    guard: "what no head has signed gives way to records that continue the chain as well",
    against: "log",
    patches: [
      {
        file: "hil-tests/backend/lock-history.js",
        find: "if (event.seq <= generation.signedThrough || !continues)",
        replace: "if (true)",
      },
    ],
    run: (scene) => {
      const { front, judge } = scene;
      for (let i = 0; i < FAKE_RECORDS; i++) scene.malloryTries(front, scene.grants.denied);
      for (const event of madeUpEnd(scene, false)) judge.logs.tell(event);
      // Another gateway has taken the stolen one's place.
      judge.logs.deliver(front);
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
