import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { Action, signOrder } from "../../../protocol/documents/order.ts";
import { readP2, startPair, writeP3 } from "../../../protocol/session/pair.ts";
import type { Attack, GuardPatch } from "../attack.ts";
import type { Scene } from "../scene.ts";
import { pairDoor } from "../site/carrier.ts";
import type { Door } from "../site/door.ts";
import { publicKeyOf, underNameOf } from "../thief/forge.ts";
import { orNoAnswer } from "../thief/talk.ts";
import { ANY_CHALLENGE, PAIRS_FREELY } from "./without.ts";

const NO_GRANT = new Uint8Array(8);
const OFFICE_SLOT = 1;

const NO_BUTTON: GuardPatch = {
  file: "lock-sim/firmware/pairing-mode.js",
  find: 'return this.#mode.kind === "on" && nowMs < this.#mode.untilMs;',
  replace: "return true;",
};

/** The thief has photographed the label; `issuerPk` is whom it wants the lock to believe. */
function pairAsThief(scene: Scene, door: Door, issuerPk: Uint8Array): void {
  const site = { issuerPk, gatewayId: scene.random.bytes(8), time: 0 };
  pairDoor(scene.wire(door), scene.random, door, site);
}

function issuerOrder(scene: Scene, challenge: Uint8Array, action: Action, grantId: Uint8Array): Uint8Array {
  return scene.issuer.order({ lockId: scene.front.lockId, challenge, action, grantId, notAfter: scene.now + 60 });
}

/** An honest installer adds a gateway to the front door, by an order of the issuer's. */
function installerPairs(scene: Scene): Uint8Array {
  const { front, issuer, judge } = scene;
  const { talk, caps } = scene.open(front);
  const order = issuerOrder(scene, caps.challenge, Action.allowPairing, NO_GRANT);
  talk.ask({ name: "act", action: Action.allowPairing, grant: NO_GRANT, order });
  front.lock.pressPairingButton();
  const gatewayId = scene.random.bytes(8);
  pairDoor(scene.wire(front), scene.random, front, { issuerPk: issuer.publicKey, gatewayId, time: 0 });
  judge.expectGateways(front, [...judge.gatewaysOf(front), gatewayId]);
  return gatewayId;
}

/** Who is paired. */
export const PAIRING: readonly Attack[] = [
  {
    name: "pair again without a hand at the lock",
    section: "§2",
    guard: "pairing mode is entered by a button inside; a paired lock wants the issuer's leave as well",
    against: "slots",
    patches: [NO_BUTTON, PAIRS_FREELY],
    run: (scene) => {
      pairAsThief(scene, scene.laundry, scene.loot.issuerPk);
    },
  },
  {
    name: "pair again with the button pressed",
    section: "§2",
    guard: "a paired lock wants an order of action 5",
    against: "slots",
    patches: [PAIRS_FREELY],
    run: (scene) => {
      scene.laundry.lock.pressPairingButton();
      pairAsThief(scene, scene.laundry, scene.loot.issuerPk);
    },
  },
  {
    name: "pair again with an issuer of one's own",
    section: "§2",
    guard: "the issuer's leave; an issuer that differs is refused; the first P3 alone sets it",
    against: "issuer",
    patches: [
      PAIRS_FREELY,
      {
        file: "lock-sim/firmware/pairing.js",
        find: "trust.issuerPk !== undefined && !equalBytes(trust.issuerPk, site.issuerPk)",
        replace: "false",
      },
      {
        file: "lock-sim/firmware/pairing.js",
        find: "const anchor = trust.issuerPk ? [] : trustAnchorChange(site.issuerPk);",
        replace: "const anchor = trustAnchorChange(site.issuerPk);",
      },
    ],
    run: (scene) => {
      scene.laundry.lock.pressPairingButton();
      pairAsThief(scene, scene.laundry, publicKeyOf(scene.ownKey));
    },
  },
  {
    name: "give oneself leave to pair",
    section: "§7",
    guard: "orders of action 5 bear the issuer's signature",
    against: "slots",
    patches: [
      {
        file: "lock-sim/firmware/commands/issuer-order.js",
        find: "verifyOrder(suite,",
        replace: "verifyOrder({ ...suite, es256Verify: () => true },",
      },
    ],
    run: (scene) => {
      const { laundry, ownKey, loot } = scene;
      const { talk, caps } = scene.open(laundry);
      const order = signOrder(suite, ownKey, {
        lockId: laundry.lockId,
        challenge: caps.challenge,
        action: Action.allowPairing,
        grantId: NO_GRANT,
        notAfter: scene.now + 60,
      });
      const action = Action.allowPairing;
      talk.ask({ name: "act", action, grant: NO_GRANT, order: underNameOf(loot.issuerPk, order) });
      laundry.lock.pressPairingButton();
      pairAsThief(scene, laundry, loot.issuerPk);
    },
  },
  {
    name: "use somebody's leave to pair once more",
    section: "§2",
    guard: "the leave ends with one success",
    against: "slots",
    patches: [
      {
        file: "lock-sim/firmware/pairing-mode.js",
        find: 'this.#mode = { kind: "off" };\n        this.#mayPairOneMore = false;',
        replace: 'this.#mode = { kind: "off" };',
      },
    ],
    run: (scene) => {
      installerPairs(scene);
      scene.front.lock.pressPairingButton();
      pairAsThief(scene, scene.front, scene.loot.issuerPk);
    },
  },
  {
    name: "keep a half-done pairing for later",
    section: "§2",
    guard: "pairing mode and its leave end with one success, and half-done pairings with them",
    against: "slots",
    patches: [
      {
        file: "lock-sim/firmware/pairing.js",
        find: "pairing.succeeded();\n    connections.endPairings();",
        replace: "",
      },
      {
        file: "lock-sim/firmware/pairing.js",
        find: "const isTaken = slots.at(slot)?.isPending === false;",
        replace: "const isTaken = false;",
      },
    ],
    run: (scene) => {
      const { front, loot, random } = scene;
      const { talk, caps } = scene.open(front);
      const order = issuerOrder(scene, caps.challenge, Action.allowPairing, NO_GRANT);
      talk.ask({ name: "act", action: Action.allowPairing, grant: NO_GRANT, order });
      front.lock.pressPairingButton();
      const half = scene.wire(front);
      const { state, p1 } = startPair(suite, random, front.label);
      const p2 = half.ask(p1);
      const shown = orNoAnswer(() => readP2(suite, state, p2!));
      const gatewayId = random.bytes(8);
      pairDoor(scene.wire(front), random, front, { issuerPk: loot.issuerPk, gatewayId, time: 0 });
      scene.judge.expectGateways(front, [...scene.judge.gatewaysOf(front), gatewayId]);
      const { p3 } = writeP3(suite, shown, { issuerPk: loot.issuerPk, gatewayId: random.bytes(8), time: 0 });
      half.ask(p3);
    },
  },
  {
    name: "unpair the other gateway",
    section: "§7",
    guard: "orders of action 6 bear the issuer's signature",
    against: "slots",
    patches: [
      {
        file: "lock-sim/firmware/commands/issuer-order.js",
        find: "verifyOrder(suite,",
        replace: "verifyOrder({ ...suite, es256Verify: () => true },",
      },
    ],
    run: (scene) => {
      const { front, ownKey, loot } = scene;
      const { talk, caps } = scene.open(front);
      const order = signOrder(suite, ownKey, {
        lockId: front.lockId,
        challenge: caps.challenge,
        action: Action.unpair,
        grantId: Uint8Array.of(...new Uint8Array(7), OFFICE_SLOT),
        notAfter: scene.now + 60,
      });
      talk.ask({ name: "unpair", order: underNameOf(loot.issuerPk, order) });
    },
  },
  {
    name: "unpair a gateway that has come back with the order of before",
    section: "§7",
    guard: "an order spends its challenge",
    against: "slots",
    patches: [ANY_CHALLENGE],
    run: (scene) => {
      const { front, judge } = scene;
      const added = installerPairs(scene);
      const slot = judge.gatewaysOf(front).length - 1;
      const { talk, caps } = scene.open(front);
      const order = issuerOrder(scene, caps.challenge, Action.unpair, Uint8Array.of(...new Uint8Array(7), slot));
      talk.ask({ name: "unpair", order });
      judge.expectGateways(
        front,
        judge.gatewaysOf(front).filter((id) => id !== added),
      );
      installerPairs(scene);
      scene.open(front).talk.ask({ name: "unpair", order });
    },
  },
];
