import { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { pinVerifier } from "../../../protocol/documents/pin.ts";
import type { Random } from "../../../protocol/random.ts";
import { answerA1 } from "../../../protocol/session/pass.ts";
import { concat, fromHex } from "../../../protocol/wire/bytes.ts";
import type { Attack } from "../attack.ts";
import type { Scene } from "../scene.ts";
import { claimsOf, grantIdOf } from "../site/issuer.ts";
import { TAG_OF_ANNA } from "../site/people.ts";
import { passTalk, type Talk } from "../thief/talk.ts";

const KEY_BYTES = 16;
const A1 = 0x1b;
const AUTHENTICATE_EV2_FIRST = 0x71;
const ADDITIONAL_FRAME = 0xaf;
const UNKNOWN_DIGITS = 1_000;
const FOREIGN_FIRMWARE = 6;

/** What a tag would answer that had the key, in length and status alone. */
function someAnswer(apdu: Uint8Array, random: Random): Uint8Array {
  switch (apdu[1]) {
    case AUTHENTICATE_EV2_FIRST:
      return concat(random.bytes(KEY_BYTES), fromHex("91af"));
    case ADDITIONAL_FRAME:
      return concat(random.bytes(2 * KEY_BYTES), fromHex("9100"));
    default:
      return fromHex("9100");
  }
}

/** Reads the log as far as the session lets. */
function readLog(scene: Scene, talk: Talk): void {
  const read = talk.ask({ name: "readLog", fromSeq: 1, max: 20 });
  if (read.ok) scene.judge.told(scene.front, read.value.records);
}

/** Being taken for somebody, or something, else. */
export const DISGUISES: readonly Attack[] = [
  {
    name: "play the lock to a phone",
    section: "§5",
    guard: "the lock's signature in A2, which the phone knows from its issuer",
    against: "phone",
    patches: [
      {
        file: "protocol/session/pass.js",
        find: 'const isSigned = suite.es256Verify(expected.sigPk, signature, ascii("LK1 pass"), th);',
        replace: "const isSigned = true;",
      },
    ],
    run: (scene) => {
      const { front, random, ownKey, people, grants } = scene;
      const own = { lockId: front.lockId, sigKey: ownKey };
      const greeting = { challenge: random.bytes(8), time: scene.now };
      // To what the phone says then the thief listens in silence.
      const ask = (frame: Uint8Array) =>
        frame[0] === A1 ? answerA1(suite, random, own, frame, greeting).a2 : undefined;
      scene.phone(people.anna, front, grants.annas, { ask });
    },
  },
  {
    name: "lead a phone to another lock",
    section: "§5",
    guard: "A2 names its lock, and that lock's key has signed it",
    against: "phone",
    patches: [
      {
        file: "protocol/session/pass.js",
        find: 'const isSigned = suite.es256Verify(expected.sigPk, signature, ascii("LK1 pass"), th);',
        replace: "const isSigned = true;",
      },
      {
        file: "protocol/session/pass.js",
        find: "if (!equalBytes(lockId, expected.lockId))",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      scene.phone(scene.people.anna, scene.front, scene.grants.annas, scene.wire(scene.laundry));
    },
  },
  {
    name: "read a log as a stranger",
    section: "§5",
    guard: "before an accepted order a bearer may ask for ACT and TIME alone",
    against: "stranger",
    patches: [{ file: "lock-sim/firmware/commands/caller.js", find: "if (!bearer)", replace: "if (true)" }],
    run: (scene) => {
      const { front } = scene;
      readLog(scene, passTalk(scene.wire(front), scene.random, { lockId: front.lockId, sigPk: front.sigPk }).talk);
    },
  },
  {
    name: "read a log as a courier without the right",
    section: "§5, §7",
    guard: "right 16",
    against: "stranger",
    patches: [
      { file: "protocol/access/decide.js", find: "if (!has(grant, RIGHT_FOR[action]))", replace: "if (false)" },
    ],
    run: (scene) => {
      const { front, people, grants } = scene;
      const lock = { lockId: front.lockId, sigPk: front.sigPk };
      const { talk, challenge } = passTalk(scene.wire(front), scene.random, lock);
      const action = Action.courier;
      scene.give(talk, scene.sign(people.mallory, front, grants.weekdays, challenge, { action }), action);
      readLog(scene, talk);
    },
  },
  {
    name: "copy a tag by the uid in its grant",
    section: "§7",
    guard: "a tag proves its key by EV2First",
    against: "bolt",
    patches: [
      {
        file: "lock-sim/firmware/door/tag-check.js",
        find: 'if (session === undefined)\n        return "refused";',
        replace: 'if (session === undefined)\n        return "genuine";',
      },
    ],
    run: (scene) => {
      const { front, random } = scene;
      front.lock.presentTag({ uid: TAG_OF_ANNA, transceive: (apdu) => someAnswer(apdu, random) });
      scene.wait(2);
      front.lock.removeTag();
    },
  },
  {
    name: "guess a PIN from the verifier in its grant",
    section: "§7",
    guard: "a verifier is made with a pepper that no gateway sees",
    against: "bolt",
    patches: [
      {
        file: "protocol/documents/pin.js",
        find: "suite.hmacSha256(pinPepper,",
        replace: "suite.hmacSha256({ reveal: () => new Uint8Array(16) },",
      },
    ],
    isMissedFromTheStart: true,
    run: (scene) => {
      const { front, grants, loot } = scene;
      const pin = claimsOf(grants.annas).credentials.find(({ kind }) => kind === "pin");
      if (pin?.kind !== "pin") return;
      // What there is to try: no pepper at all, and every key in the loot.
      const keys = [...loot.slots.values()].flatMap(({ pmk, rms }) => [pmk.part(0, KEY_BYTES), rms.part(0, KEY_BYTES)]);
      for (const pepper of [new Secret(new Uint8Array(KEY_BYTES)), ...keys]) {
        for (let last = 0; last < UNKNOWN_DIGITS; last++) {
          // Mallory has seen the first three over a shoulder.
          const digits = `471${last.toString().padStart(3, "0")}`;
          const verifier = pinVerifier(suite, pepper, grantIdOf(grants.annas), digits);
          if (!suite.equal(verifier, pin.verifier)) continue;
          front.lock.pressKeys(`${digits}#`);
          scene.wait(10);
          return;
        }
      }
    },
  },
  {
    name: "look for secrets on the disk and in the memory",
    section: "§7",
    guard: "what a site's locks share is sealed for each lock's own key",
    against: "secrets",
    patches: [
      {
        file: "protocol/documents/sealed.js",
        find: "suite.ccmSeal(key, NONCE, context, text.reveal());",
        replace: "concat(text.reveal(), new Uint8Array(8));",
      },
      {
        file: "protocol/documents/sealed.js",
        find: "suite.ccmOpen(key, NONCE, context, sealed.subarray(POINT_BYTES));",
        replace: "sealed.slice(POINT_BYTES, POINT_BYTES + 32);",
      },
    ],
    isMissedFromTheStart: true,
    run: (scene) => {
      const { disk, memory, rosters, orders, tokens, receipts, frames } = scene.loot;
      const found = [
        disk,
        ...memory,
        ...rosters.flatMap(({ document, grants }) => [document, ...grants]),
        ...orders,
        ...tokens,
        ...receipts,
        ...frames.flatMap(({ request, reply }) => (reply ? [request, reply] : [request])),
      ];
      scene.judge.seen(found);
    },
  },
  {
    name: "give a lock other firmware",
    section: "§6",
    guard: "a lock without update knows none of its commands",
    against: "firmware",
    patches: [
      {
        file: "lock-sim/firmware/commands/run.js",
        find: "export function runCommand(parts, caller, command) {",
        replace: "export function runCommand(parts, caller, command) { if (!command.ok) parts.product.firmware = 6;",
      },
    ],
    run: (scene) => {
      const manifest = scene.roster(scene.front, 1).document;
      const commands = [
        { name: "firmwareBegin", manifest },
        { name: "firmwareBlock", offset: 0, bytes: new Uint8Array(512).fill(FOREIGN_FIRMWARE) },
        { name: "firmwareApply" },
      ] as const;
      scene.tell(scene.front, commands);
    },
  },
];
