import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { signGrant } from "../../../protocol/documents/grant.ts";
import { signKeyChange } from "../../../protocol/documents/key-change.ts";
import { rosterDigest, signRoster } from "../../../protocol/documents/roster.ts";
import type { Attack, GuardPatch } from "../attack.ts";
import type { Scene } from "../scene.ts";
import { claimsOf } from "../site/issuer.ts";
import { publicKeyOf, underNameOf } from "../thief/forge.ts";
import { ANY_AUDIENCE, ANY_HINT, ANY_TABLE } from "./without.ts";

const FIRST = 1;
const DAYS_UNTIL_STALE = 7;
const HOURS_UNTIL_STALE = DAYS_UNTIL_STALE * 24;

const NEVER_STALE: GuardPatch = {
  file: "protocol/access/decide.js",
  find: "if (!essential && isStale(question))",
  replace: "if (false)",
};

/** A roster of the thief's own, with mallory in it: `sign` puts it under somebody's name. */
function forgedRoster(scene: Scene, settings: { keyChange?: Uint8Array }, name: (document: Uint8Array) => Uint8Array) {
  const { front, ownKey, grants } = scene;
  const own = signGrant(suite, ownKey, claimsOf(grants.mallorysOld));
  const table = [settings.keyChange ? own : grants.mallorysOld];
  const { claims } = scene.roster(front, FIRST);
  const forged = signRoster(suite, ownKey, {
    ...claims,
    epoch: front.inside.roster.epoch + 1,
    count: table.length,
    digest: rosterDigest(suite, table),
    settings: { ...(claims.settings.groups && { groups: claims.settings.groups }), ...settings },
  });
  return { document: name(forged), grants: table };
}

/** Whose rights a lock knows of. */
export const ROSTERS: readonly Attack[] = [
  {
    name: "bring back a roster of before somebody moved out",
    section: "§7",
    guard: "an epoch must be above the lock's",
    against: "bolt",
    patches: [{ file: "lock-sim/firmware/commands/roster.js", find: "|| claims.epoch <= roster.epoch", replace: "" }],
    run: (scene) => {
      scene.install(scene.front, scene.roster(scene.front, FIRST));
      scene.malloryTries(scene.front, scene.grants.mallorysOld);
    },
  },
  {
    name: "bring a lock another lock's roster",
    section: "§7",
    guard: "a roster names its lock; so does a grant",
    against: "bolt",
    patches: [
      {
        file: "lock-sim/firmware/commands/roster.js",
        find: "if (!equalBytes(claims.lockId, lockId))",
        replace: "if (false)",
      },
      ANY_AUDIENCE,
    ],
    run: (scene) => {
      scene.install(scene.front, scene.loot.rosters.findLast(({ lockId }) => lockId === scene.laundry.id)!);
      scene.malloryTries(scene.front, scene.grants.mallorysAtLaundry);
    },
  },
  {
    name: "bring a roster of before the factory reset",
    section: "§7",
    guard: "a roster names its generation",
    against: "bolt",
    patches: [
      { file: "lock-sim/firmware/commands/roster.js", find: "claims.generation !== generation ||", replace: "" },
    ],
    run: (scene) => {
      const { flat, loot, grants } = scene;
      scene.install(flat, loot.rosters.findLast(({ lockId, generation }) => lockId === flat.id && generation === 0)!);
      scene.malloryTries(flat, grants.mallorysOld);
    },
  },
  {
    name: "exchange a grant in a new roster's table",
    section: "§7",
    guard: "a roster's digest covers its grants",
    against: "bolt",
    patches: [ANY_TABLE],
    run: (scene) => {
      const { front, grants } = scene;
      const { document } = scene.revoke(front, grants.carers);
      scene.install(front, { document, grants: [grants.annas, grants.mallorysOld] });
      scene.malloryTries(front, grants.mallorysOld);
    },
  },
  {
    name: "commit a new roster over the old table",
    section: "§6, §7",
    guard: "count and digest must be the staging copy's",
    against: "bolt",
    patches: [ANY_TABLE],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { document } = scene.revoke(front, grants.caretakers);
      scene.tell(front, [{ name: "rosterBegin", roster: document }, { name: "rosterCommit" }]);
      const { talk, caps } = scene.open(front);
      scene.give(talk, scene.sign(people.caretaker, front, grants.caretakers, caps.challenge));
    },
  },
  {
    name: "hold a revocation back for good",
    section: "§7",
    guard: "from staleAfter on only people who live there get in",
    against: "bolt",
    patches: [NEVER_STALE],
    run: (scene) => {
      const { front, grants, people } = scene;
      scene.revoke(front, grants.caretakers);
      scene.days(DAYS_UNTIL_STALE);
      const { talk, caps } = scene.open(front);
      scene.give(talk, scene.sign(people.caretaker, front, grants.caretakers, caps.challenge));
    },
  },
  {
    name: "hold a revocation back, and the clock with it",
    section: "§7",
    guard: "hints move a clock by 2 s and 200 ppm at most",
    against: "bolt",
    patches: [ANY_HINT],
    run: (scene) => {
      const { front, grants, people } = scene;
      scene.revoke(front, grants.caretakers);
      const stopAt = scene.now;
      for (let hour = 0; hour < HOURS_UNTIL_STALE; hour++) {
        scene.wait(3_600);
        scene.tell(front, [{ name: "timeHint", time: stopAt }]);
      }
      const { talk, caps } = scene.open(front);
      const shown = { notAfter: caps.time + 60 };
      scene.give(talk, scene.sign(people.caretaker, front, grants.caretakers, caps.challenge, shown));
    },
  },
  {
    name: "sign a roster in the issuer's name",
    section: "§7",
    guard: "the issuer's signature",
    against: "bolt",
    patches: [
      {
        file: "protocol/documents/roster.js",
        find: "const claims = verifyDocument(ROSTER, suite, bytes, trustAnchor);",
        replace: "const claims = verifyDocument(ROSTER, { ...suite, es256Verify: () => true }, bytes, trustAnchor);",
      },
    ],
    run: (scene) => {
      scene.install(
        scene.front,
        forgedRoster(scene, {}, (document) => underNameOf(scene.loot.issuerPk, document)),
      );
      scene.malloryTries(scene.front, scene.grants.mallorysOld);
    },
  },
  {
    name: "make oneself the issuer by a key change",
    section: "§7",
    guard: "a key change bears the old issuer's signature",
    against: "issuer",
    patches: [
      {
        file: "protocol/documents/roster.js",
        find: "verifyKeyChange(suite, document, trustAnchor)",
        replace: "verifyKeyChange({ ...suite, es256Verify: () => true }, document, trustAnchor)",
      },
    ],
    run: (scene) => {
      const { loot, ownKey } = scene;
      const change = signKeyChange(suite, ownKey, { newIssuerPk: publicKeyOf(ownKey), notBefore: 0 });
      const keyChange = underNameOf(loot.issuerPk, change);
      scene.install(
        scene.front,
        forgedRoster(scene, { keyChange }, (document) => document),
      );
    },
  },
];
