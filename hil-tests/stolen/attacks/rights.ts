import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { signGrant } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import type { Attack, GuardPatch } from "../attack.ts";
import { claimsOf } from "../site/issuer.ts";
import { twinOf, underNameOf } from "../thief/forge.ts";
import { ANY_AUDIENCE, ANY_GRANT_SIGNATURE } from "./without.ts";

const HALF_A_DAY_SECONDS = 43_200;

function decideWithout(find: string): GuardPatch {
  return { file: "protocol/access/decide.js", find, replace: "if (false)" };
}

function carriedWithout(find: string): GuardPatch {
  return { file: "protocol/access/carried.js", find, replace: "if (false)" };
}

const ANY_USES = decideWithout("if (grant.uses !== undefined && question.used >= grant.uses)");

/** What Mallory's grants are still good for; her phone is the thief's. */
export const RIGHTS: readonly Attack[] = [
  {
    name: "carry a grant that is denied",
    section: "§7",
    guard: "the roster's denied list",
    against: "bolt",
    patches: [carriedWithout("if (roster.denied.some((id) => equalBytes(id, grant.claims.id)))")],
    run: (scene) => {
      scene.malloryTries(scene.front, scene.grants.denied);
    },
  },
  {
    name: "carry a denied grant's twin with the other good signature",
    section: "§1, §7",
    guard: "a grant is denied by its id, not by its bytes",
    against: "bolt",
    patches: [carriedWithout("if (roster.denied.some((id) => equalBytes(id, grant.claims.id)))")],
    run: (scene) => {
      scene.malloryTries(scene.front, twinOf(scene.grants.denied));
    },
  },
  {
    name: "carry a grant of before carriedFrom",
    section: "§7",
    guard: "carriedFrom",
    against: "bolt",
    patches: [carriedWithout("if (grant.claims.issuedAt < roster.carriedFrom)")],
    run: (scene) => {
      scene.malloryTries(scene.front, scene.grants.early);
    },
  },
  {
    name: "carry an older version of a grant in the table",
    section: "§7",
    guard: "an id that is in the table with other bytes is revoked",
    against: "bolt",
    patches: [carriedWithout("if (inTable && !equalBytes(inTable, grant.document))")],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      scene.give(talk, scene.sign(people.carer, front, grants.carersOld, caps.challenge));
    },
  },
  {
    name: "carry a grant that is over",
    section: "§7",
    guard: "exp",
    against: "bolt",
    patches: [decideWithout("if (!timeUncertain && now >= (grant.expires ?? Number.POSITIVE_INFINITY))")],
    run: (scene) => {
      scene.malloryTries(scene.front, scene.grants.expired);
    },
  },
  {
    name: "carry a grant that has not begun",
    section: "§7",
    guard: "nbf",
    against: "bolt",
    patches: [decideWithout("if (!timeUncertain && now < (grant.notBefore ?? 0))")],
    run: (scene) => {
      scene.malloryTries(scene.front, scene.grants.future);
    },
  },
  {
    name: "come at night with a grant for the day",
    section: "§7",
    guard: "windows",
    against: "bolt",
    patches: [decideWithout("if (!timeUncertain && !isWithinHours(question))")],
    run: (scene) => {
      scene.wait(HALF_A_DAY_SECONDS);
      scene.malloryTries(scene.front, scene.grants.weekdays);
    },
  },
  {
    name: "carry a grant for another house",
    section: "§7",
    guard: "aud",
    against: "bolt",
    patches: [ANY_AUDIENCE],
    run: (scene) => {
      scene.malloryTries(scene.front, scene.grants.elsewhere);
    },
  },
  {
    name: "use a grant for once again",
    section: "§7",
    guard: "uses are counted in the log",
    against: "bolt",
    patches: [ANY_USES],
    run: (scene) => {
      scene.malloryTries(scene.front, scene.grants.once);
    },
  },
  {
    name: "use the twin of a grant for once",
    section: "§1, §7",
    guard: "uses are counted by a grant's id, not by its bytes",
    against: "bolt",
    patches: [ANY_USES],
    run: (scene) => {
      scene.malloryTries(scene.front, twinOf(scene.grants.once));
    },
  },
  {
    name: "sign a grant in the issuer's name",
    section: "§7",
    guard: "the issuer's signature",
    against: "bolt",
    patches: [ANY_GRANT_SIGNATURE],
    run: (scene) => {
      const claims = { ...claimsOf(scene.grants.elsewhere), audience: [scene.front.lockId], id: scene.random.bytes(8) };
      const own = signGrant(suite, scene.ownKey, claims);
      scene.malloryTries(scene.front, underNameOf(scene.loot.issuerPk, own));
    },
  },
  {
    name: "sign a grant as an issuer of one's own",
    section: "§7",
    guard: "the issuer's key id, and its signature",
    against: "bolt",
    patches: [
      ANY_GRANT_SIGNATURE,
      {
        file: "protocol/documents/cose-sign1.js",
        find: "if (!equalBytes(envelope.kid, keyId(suite, publicKey)))",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const claims = { ...claimsOf(scene.grants.elsewhere), audience: [scene.front.lockId], id: scene.random.bytes(8) };
      scene.malloryTries(scene.front, signGrant(suite, scene.ownKey, claims));
    },
  },
  {
    name: "hold a door open with a grant to unlock it",
    section: "§7",
    guard: "right 4",
    against: "bolt",
    patches: [decideWithout("if (!has(grant, RIGHT_FOR[action]))")],
    run: (scene) => {
      scene.malloryTries(scene.front, scene.grants.weekdays, { action: Action.hold });
    },
  },
  {
    name: "open a door that somebody wants to be left alone behind",
    section: "§7, §8",
    guard: "privacy holds back actions 1 and 3 but for right 8",
    against: "bolt",
    patches: [decideWithout("if (question.privacy && opens(action) && !has(grant, Right.overridesPrivacy))")],
    run: (scene) => {
      scene.front.lock.setPrivacy(true);
      scene.malloryTries(scene.front, scene.grants.weekdays);
    },
  },
];
