import { decodeRecord } from "../../../protocol/log/record.ts";
import type { Attack, GuardPatch } from "../attack.ts";
import { altered, FakeLog } from "../thief/fake-log.ts";
import { publicKeyOf } from "../thief/forge.ts";
import { NO_SIGNATURES } from "./without.ts";

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
];
