import { Secret } from "../../crypto/secret.ts";
import { AES_KEY_BYTES, type Suite } from "../../crypto/suite.ts";
import { tagKey } from "../../protocol/documents/tag-key.ts";
import type { Random } from "../../protocol/random.ts";
import type { Tag } from "../hardware/tag-reader.ts";
import { DesfireTag } from "./desfire-tag.ts";

/**
 * What a rig can hold to the reader: a tag that the issuer made; one with the same uid and application but without the
 * key, as whoever copies tags gets it; one of some other system, without LK1's application.
 */
export type TagKind = "genuine" | "cloned" | "foreign";

/** 4C4B31 as DESFire has it on the wire: the least significant byte first. */
const LK1_APPLICATION_ID = Uint8Array.of(0x31, 0x4b, 0x4c);
const ISSUER_KEY_NUMBER = 0;
const READER_KEY_NUMBER = 1;

/** A tag with this uid (7 bytes), fresh in the field. Only a genuine one gets anything of the master key. */
export function makeTag(suite: Suite, random: Random, kind: TagKind, uid: Uint8Array, tagMasterKey: Secret): Tag {
  switch (kind) {
    case "genuine":
      return tagWith(suite, random, uid, tagKey(suite, tagMasterKey, uid));
    case "cloned":
      return tagWith(suite, random, uid, drawKey(random));
    case "foreign":
      return new DesfireTag(suite, random, uid, []);
  }
}

function tagWith(suite: Suite, random: Random, uid: Uint8Array, readerKey: Secret): Tag {
  const keys = new Map([
    [ISSUER_KEY_NUMBER, drawKey(random)],
    [READER_KEY_NUMBER, readerKey],
  ]);
  return new DesfireTag(suite, random, uid, [{ id: LK1_APPLICATION_ID, keys }]);
}

function drawKey(random: Random): Secret {
  return new Secret(random.bytes(AES_KEY_BYTES));
}
