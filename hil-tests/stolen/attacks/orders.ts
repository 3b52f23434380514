import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { keyId } from "../../../protocol/documents/cose-sign1.ts";
import { Action, parseOrder, signOrder } from "../../../protocol/documents/order.ts";
import { concat, fromHex } from "../../../protocol/wire/bytes.ts";
import { type Cbor, encodeCbor } from "../../../protocol/wire/cbor.ts";
import type { Attack } from "../attack.ts";
import type { Scene } from "../scene.ts";
import { prove } from "../site/carrier.ts";
import { grantIdOf } from "../site/issuer.ts";
import { publicKeyOf as publicKeyOfPerson } from "../site/people.ts";
import { partsOf, reshape, twinOf, underNameOf } from "../thief/forge.ts";
import { ANY_CHALLENGE, ANY_ORDER_SIGNATURE, CHALLENGE_STAYS } from "./without.ts";

const DAY_SECONDS = 86_400;
const KEY_ID_LABEL = 4;
const A_MOMENT_SECONDS = 20;

/** An order to unlock the front door with Anna's grant, signed by the thief, under Anna's key id. */
function forgedOrder(scene: Scene, challenge: Uint8Array): Uint8Array {
  const { front, grants, people, ownKey } = scene;
  const order = signOrder(suite, ownKey, {
    lockId: front.lockId,
    challenge,
    action: Action.unlock,
    grantId: grantIdOf(grants.annas),
    notAfter: scene.now + 60,
  });
  return underNameOf(publicKeyOfPerson(people.anna), order);
}

/** The order's claims with one of them changed, under the old signature. */
function withNotAfter(order: Uint8Array, notAfter: number): Uint8Array {
  const parsed = parseOrder(suite, order);
  if (!parsed.ok) throw new RangeError("this is no order");
  const { lockId, challenge, action, grantId } = parsed.value.claims;
  return reshape(order, { payload: encodeCbor([lockId, challenge, action, grantId, notAfter]) });
}

/** Orders: what moves a bolt. */
export const ORDERS: readonly Attack[] = [
  {
    name: "pass off an order of yesterday",
    section: "§7",
    guard: "an order is good until its notAfter",
    against: "bolt",
    patches: [{ file: "protocol/access/order-check.js", find: "if (order.notAfter < now)", replace: "if (false)" }],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.days(1);
      scene.give(scene.open(front).talk, shown);
    },
  },
  {
    name: "have an order signed for next week",
    section: "§7",
    guard: "notAfter lies 120 s ahead at most",
    against: "bolt",
    patches: [
      {
        file: "protocol/access/order-check.js",
        find: "if (order.notAfter > now + AHEAD_SECONDS_MAX)",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { caps } = scene.open(front);
      // The thief is the phone's network, and tells it another time.
      const notAfter = scene.now + 7 * DAY_SECONDS;
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge, { notAfter });
      scene.days(6);
      scene.give(scene.open(front).talk, shown);
    },
  },
  {
    name: "make an order last longer",
    section: "§7",
    guard: "the bearer's signature covers every claim",
    against: "bolt",
    patches: [ANY_ORDER_SIGNATURE],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { caps } = scene.open(front);
      const { order, grant } = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.days(1);
      scene.give(scene.open(front).talk, { order: withNotAfter(order, scene.now + 60), grant });
    },
  },
  {
    name: "give one order twice",
    section: "§7",
    guard: "an order spends its challenge",
    against: "bolt",
    patches: [CHALLENGE_STAYS],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.give(talk, shown);
      scene.wait(A_MOMENT_SECONDS);
      scene.give(talk, shown);
    },
  },
  {
    name: "give an order's twin with the other good signature",
    section: "§1, §7",
    guard: "a challenge is spent by what an order says, not by its bytes",
    against: "bolt",
    patches: [CHALLENGE_STAYS],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const { order, grant } = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.give(talk, { order, grant });
      scene.wait(A_MOMENT_SECONDS);
      scene.give(talk, { order: twinOf(order), grant });
    },
  },
  {
    name: "give an order over another gateway's challenge",
    section: "§7",
    guard: "each slot has a challenge of its own",
    against: "bolt",
    patches: [ANY_CHALLENGE],
    run: (scene) => {
      const { front, grants, people, theft } = scene;
      const { slot, pmk } = theft.office.keys;
      const office = prove(scene.wire(front), scene.random, slot, pmk);
      const shown = scene.sign(people.anna, front, grants.annas, office.caps.challenge);
      scene.give(office.talk, shown);
      scene.wait(A_MOMENT_SECONDS);
      scene.give(scene.open(front).talk, shown);
    },
  },
  {
    name: "open one door with an order for another",
    section: "§7",
    guard: "an order names its lock",
    against: "bolt",
    patches: [
      {
        file: "protocol/access/order-check.js",
        find: "if (!equalBytes(order.lockId, lockId))",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const { front, laundry, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      // The caretaker means the laundry, and the thief tells her the front door's challenge.
      scene.give(talk, scene.sign(people.caretaker, laundry, grants.caretakers, caps.challenge));
    },
  },
  {
    name: "give an order with somebody else's grant",
    section: "§8",
    guard: "an order names its grant, and is signed by that grant's key",
    against: "bolt",
    patches: [
      {
        file: "lock-sim/firmware/commands/act.js",
        find: "claims.action === command.action && equalBytes(claims.grantId, shown.value.id)",
        replace: "true",
      },
      {
        file: "lock-sim/firmware/decide-by-grant.js",
        find: "const verified = verifyOrder(parts.suite, order.document, grant.bearerKey);",
        replace: "const verified = { ok: true, value: order.claims };",
      },
    ],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const { order } = scene.sign(people.mallory, front, grants.mallorysOld, caps.challenge);
      scene.give(talk, { order, grant: grantIdOf(grants.annas) });
    },
  },
  {
    name: "make an order to lock one to unlock",
    section: "§8",
    guard: "the command's action must be the order's",
    against: "bolt",
    patches: [
      {
        file: "lock-sim/firmware/commands/act.js",
        find: "claims.action === command.action && equalBytes(claims.grantId, shown.value.id)",
        replace: "true",
      },
      {
        file: "lock-sim/firmware/commands/act.js",
        find: "const { action, grantId, challenge } = claims;",
        replace: "const { grantId, challenge } = claims; const { action } = command;",
      },
    ],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge, { action: Action.lock });
      scene.give(talk, shown, Action.unlock);
    },
  },
  {
    name: "sign an order under somebody else's key id",
    section: "§7",
    guard: "the signature, not the key id, says whose an order is",
    against: "bolt",
    patches: [ANY_ORDER_SIGNATURE],
    run: (scene) => {
      const { front, grants } = scene;
      const { talk, caps } = scene.open(front);
      scene.give(talk, { order: forgedOrder(scene, caps.challenge), grant: grantIdOf(grants.annas) });
    },
  },
  {
    name: "say more in an order's headers",
    section: "§7",
    guard: "an envelope has one form: ES256, a key id, and nothing else; then the signature",
    against: "bolt",
    patches: [
      ANY_ORDER_SIGNATURE,
      {
        file: "protocol/documents/cose-sign1.js",
        find: "requireShape(equalBytes(asBytes(protectedHeader), PROTECTED_HEADER));",
        replace: "",
      },
    ],
    run: (scene) => {
      const { front, grants, people } = scene;
      const kid = keyId(suite, publicKeyOfPerson(people.anna));
      const headers: { protectedHeader?: Uint8Array; unprotected?: Map<number, Cbor> }[] = [
        // No algorithm, one that is none, another one, a critical one of our own.
        { protectedHeader: new Uint8Array(0) },
        { protectedHeader: fromHex("a0") },
        { protectedHeader: fromHex("a10100") },
        { protectedHeader: fromHex("a1013822") },
        { protectedHeader: fromHex("a20126028103") },
        {
          unprotected: new Map<number, Cbor>([
            [1, -7],
            [KEY_ID_LABEL, kid],
          ]),
        },
        { unprotected: new Map<number, Cbor>() },
      ];
      for (const header of headers) {
        const { talk, caps } = scene.open(front);
        const order = reshape(forgedOrder(scene, caps.challenge), header);
        scene.give(talk, { order, grant: grantIdOf(grants.annas) });
      }
    },
  },
  {
    name: "write an order in another CBOR",
    section: "§1",
    guard: "only deterministic CBOR is read; then the signature",
    against: "bolt",
    patches: [
      ANY_ORDER_SIGNATURE,
      { file: "protocol/wire/cbor.js", find: "if (equalBytes(encodeCbor(value), bytes))", replace: "if (true)" },
      { file: "protocol/wire/cbor.js", find: "scanCbor(bytes);", replace: "" },
    ],
    run: (scene) => {
      const { front, grants } = scene;
      const { talk, caps } = scene.open(front);
      const { payload, signature, protectedHeader } = partsOf(forgedOrder(scene, caps.challenge));
      const kid = keyId(suite, publicKeyOfPerson(scene.people.anna));
      // The tag and every length one byte longer than they need to be.
      const bytes = (value: Uint8Array) => concat(Uint8Array.of(0x59, value.length >> 8, value.length), value);
      const order = concat(
        fromHex("d81284"),
        bytes(protectedHeader),
        fromHex("a104"),
        bytes(kid),
        bytes(payload),
        bytes(signature),
      );
      scene.give(talk, { order, grant: grantIdOf(grants.annas) });
    },
  },
  {
    name: "take the issuer's order for a time token",
    section: "§7",
    guard: "every kind of document has a domain and a shape of its own",
    against: "clock",
    patches: [
      {
        file: "protocol/documents/cose-sign1.js",
        find: "ascii(domain), payload]",
        replace: 'ascii("LK1"), payload]',
      },
      {
        file: "protocol/documents/time-token.js",
        find: "const [lockId, challenge, time] = asArray(payload, 3);",
        replace: "const [lockId, challenge, time] = asArray(payload);",
      },
    ],
    run: (scene) => {
      const { front } = scene;
      const { talk, caps } = scene.open(front);
      // The challenge is drawn anew, so that it is young.
      const spent = scene.issuer.timeToken({ lockId: front.lockId, challenge: caps.challenge, time: 1 });
      const said = talk.ask({ name: "time", token: underNameOf(publicKeyOfPerson(scene.people.anna), spent) });
      const challenge = said.ok ? said.value.challenge : said.refusal.challenge!;
      const order = scene.issuer.order({
        lockId: front.lockId,
        challenge,
        action: Action.allowPairing,
        grantId: new Uint8Array(8),
        notAfter: scene.now + 60,
      });
      // In the third place stands the action: it would be five seconds past midnight, on the first day of 1970.
      talk.ask({ name: "time", token: order });
    },
  },
];
