import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { keyId } from "../../../protocol/documents/cose-sign1.ts";
import { Action, parseOrder, signOrder } from "../../../protocol/documents/order.ts";
import { concat, fromHex } from "../../../protocol/wire/bytes.ts";
import { type Cbor, encodeCbor } from "../../../protocol/wire/cbor.ts";
import type { Attack } from "../attack.ts";
import type { Scene } from "../scene.ts";
import { grantIdOf } from "../site/issuer.ts";
import { publicKeyOf } from "../site/people.ts";
import { partsOf, reshape, underNameOf } from "../thief/forge.ts";
import { ANY_ORDER_SIGNATURE } from "./without.ts";

const KEY_ID_LABEL = 4;

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
  return underNameOf(publicKeyOf(people.anna), order);
}

/** The order's claims with one of them changed, under the old signature. */
function withNotAfter(order: Uint8Array, notAfter: number): Uint8Array {
  const parsed = parseOrder(suite, order);
  if (!parsed.ok) throw new RangeError("this is no order");
  const { lockId, challenge, action, grantId } = parsed.value.claims;
  return reshape(order, { payload: encodeCbor([lockId, challenge, action, grantId, notAfter]) });
}

/** Documents that say they are what they are not. */
export const FORGERIES: readonly Attack[] = [
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
      const kid = keyId(suite, publicKeyOf(people.anna));
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
      const kid = keyId(suite, publicKeyOf(scene.people.anna));
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
      const said = talk.ask({ name: "time", token: underNameOf(publicKeyOf(scene.people.anna), spent) });
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
