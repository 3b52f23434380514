import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ascii, concat } from "../wire/bytes.ts";

/** Says that what follows diversifies an AES-128 key (NXP AN10922 §2.2). */
const AES_128 = Uint8Array.of(0x01);
/** LK1's application on the tag, in this order. */
const APPLICATION_ID = Uint8Array.of(0x4c, 0x4b, 0x31);

/** Key 1 of LK1's application on the tag with this uid (7 bytes), AES-128 (protocol.md §7). */
export function tagKey(suite: Suite, tagMasterKey: Secret, uid: Uint8Array): Secret {
  // With its 19 bytes the input is longer than a block, where AN10922's padding and CMAC's own are the same.
  return new Secret(suite.aesCmac(tagMasterKey, concat(AES_128, uid, APPLICATION_ID, ascii("portvakt"))));
}
