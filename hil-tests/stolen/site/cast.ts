import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { type GrantClaims, Right } from "../../../protocol/documents/grant.ts";
import { pinVerifier } from "../../../protocol/documents/pin.ts";
import type { Random } from "../../../protocol/random.ts";
import type { FarIssuer } from "./issuer.ts";
import { type People, type Person, PIN_OF_ANNA, publicKeyOf, TAG_OF_ANNA } from "./people.ts";

const DAY_SECONDS = 86_400;
const WORKING_DAYS = 0b0001_1111;
const EIGHT_O_CLOCK = 480;
const FOUR_O_CLOCK = 960;
const ID_BYTES = 8;

/** Where the doors are, and the group of all of them. */
interface Places {
  readonly front: Uint8Array;
  readonly laundry: Uint8Array;
  readonly flat: Uint8Array;
  readonly house: Uint8Array;
}

/** All grants that somebody has or had. */
export interface Grants {
  readonly annas: Uint8Array;
  readonly caretakers: Uint8Array;
  readonly carers: Uint8Array;
  /** Of the carer's, before it was cut down to locking: carried. */
  readonly carersOld: Uint8Array;
  /** Mallory's, out of the tables long ago; and of the laundry's table. */
  readonly mallorysOld: Uint8Array;
  readonly mallorysAtLaundry: Uint8Array;
  /** Mallory's, carried: denied by name, older than carriedFrom, over, of another house, not begun, used up. */
  readonly denied: Uint8Array;
  readonly early: Uint8Array;
  readonly expired: Uint8Array;
  readonly elsewhere: Uint8Array;
  readonly future: Uint8Array;
  readonly once: Uint8Array;
  /** Mallory's one living right: to unlock the front door, on weekdays from eight to four. */
  readonly weekdays: Uint8Array;
}

/** Signs everybody's grants; `at` is when the site begins, in seconds since 1970. */
export function signGrants(issuer: FarIssuer, random: Random, people: People, places: Places, at: number): Grants {
  const { anna, caretaker, carer, mallory } = people;
  const sign = (person: Person, audience: Uint8Array, wish: Partial<GrantClaims>) =>
    issuer.grant({
      subject: random.bytes(ID_BYTES),
      audience: [audience],
      issuedAt: at + 3_600,
      expires: at + 365 * DAY_SECONDS,
      id: random.bytes(ID_BYTES),
      bearerKey: publicKeyOf(person),
      credentials: [{ kind: "key" }],
      rights: Right.unlock | Right.lock,
      ...wish,
    });
  const annasId = random.bytes(ID_BYTES);
  const carersId = random.bytes(ID_BYTES);
  const verifier = pinVerifier(suite, issuer.secrets.pinPepper, annasId, PIN_OF_ANNA);
  return {
    annas: sign(anna, places.front, {
      id: annasId,
      credentials: [{ kind: "tag", uid: TAG_OF_ANNA }, { kind: "pin", verifier }, { kind: "key" }],
      rights: Right.unlock | Right.lock | Right.essential,
    }),
    caretakers: sign(caretaker, places.house, { rights: Right.unlock | Right.lock | Right.hold }),
    carers: sign(carer, places.front, { id: carersId, rights: Right.lock }),
    carersOld: sign(carer, places.front, { id: carersId }),
    mallorysOld: sign(mallory, places.house, {}),
    mallorysAtLaundry: sign(mallory, places.laundry, {}),
    denied: sign(mallory, places.house, { issuedAt: at + 2 * DAY_SECONDS }),
    early: sign(mallory, places.house, { issuedAt: at - 30 * DAY_SECONDS }),
    expired: sign(mallory, places.house, { expires: at + 8 * DAY_SECONDS }),
    elsewhere: sign(mallory, random.bytes(ID_BYTES), {}),
    future: sign(mallory, places.house, { notBefore: at + 60 * DAY_SECONDS }),
    once: sign(mallory, places.front, { uses: 1 }),
    weekdays: sign(mallory, places.front, {
      rights: Right.unlock,
      windows: [{ days: WORKING_DAYS, from: EIGHT_O_CLOCK, to: FOUR_O_CLOCK }],
    }),
  };
}
