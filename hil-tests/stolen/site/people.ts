import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { Random } from "../../../protocol/random.ts";

/** Somebody with a phone. The name is in the issuer's books and nowhere else. */
export interface Person {
  readonly name: string;
  readonly key: Secret;
}

export const PIN_OF_ANNA = "471108";
export const TAG_OF_ANNA = Uint8Array.of(4, 17, 34, 51, 68, 85, 102);

/** Who comes and goes. Mallory had rights once and is the thief's friend: her phone and her grants are the thief's too. */
export interface People {
  /** Lives there: essential, by phone or PIN. */
  readonly anna: Person;
  /** All doors of the house are one group to her. */
  readonly caretaker: Person;
  /** Comes on weekdays. */
  readonly carer: Person;
  readonly mallory: Person;
}

export function drawPeople(random: Random): People {
  const person = (name: string): Person => ({ name, key: suite.p256PrivateKey((length) => random.bytes(length)) });
  return {
    anna: person("Anna Lindqvist"),
    caretaker: person("Berit Åkesson"),
    carer: person("Cecilia Nordin"),
    mallory: person("Mallory Dahl"),
  };
}

/** Compressed point, 33 bytes. */
export function publicKeyOf({ key }: Person): Uint8Array {
  return suite.p256PublicKey(key);
}
