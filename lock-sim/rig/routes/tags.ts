import { Type } from "typebox";
import { Secret } from "../../../crypto/secret.ts";
import { AES_KEY_BYTES } from "../../../crypto/suite.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import type { Tag } from "../../hardware/tag-reader.ts";
import { makeTag, type TagKind } from "../../tag/make-tag.ts";
import { closed, hex } from "../fields.ts";
import { HttpError } from "../http-error.ts";
import { jsonReply } from "../reply.ts";
import type { RigParts } from "../rig-parts.ts";
import { type Route, route } from "../route.ts";
import type { StateView } from "../state.ts";
import { running, STATE_ANSWER } from "./answers.ts";

/** Tags in the reader's field. */
export function tagRoutes(parts: RigParts, view: StateView): Route[] {
  const { lock } = parts;
  return [
    route({
      method: "POST",
      path: "/v1/tag",
      operationId: "presentTag",
      tag: "hands",
      summary: "Hold a tag to the reader",
      description:
        "It stays in the field, and takes the place of one that was there. A `genuine` tag has the key that the site's " +
        "master key gives to its UID: the emulator takes the master key from the lock's own firmware, as no rig could from " +
        "a lock of steel. A `cloned` one has the UID and another key, a `foreign` one is of some other system.",
      body: closed({
        uid: hex(7, "The tag's UID, 7 bytes"),
        kind: Type.Enum(["genuine", "cloned", "foreign"], { description: "Whether it can prove its UID" }),
      }),
      example: { uid: "04a1b2c3d4e5f6", kind: "genuine" },
      answer: STATE_ANSWER,
      refusals: { 409: "For a genuine tag: the lock has no power, or no site secrets" },
      handle: ({ body: { uid, kind } }) => {
        lock.presentTag(tagFor(parts, kind, fromHex(uid)));
        return jsonReply(view.now());
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/tag",
      operationId: "removeTag",
      tag: "hands",
      summary: "Take the tag away from the reader",
      description: "Whether there is one or not.",
      answer: STATE_ANSWER,
      handle: () => {
        lock.removeTag();
        return jsonReply(view.now());
      },
    }),
  ];
}

function tagFor(parts: RigParts, kind: TagKind, uid: Uint8Array): Tag {
  const { suite, random } = parts;
  // Nothing of it goes into a tag that is not genuine.
  const masterKey = kind === "genuine" ? tagMasterKey(parts) : new Secret(random.bytes(AES_KEY_BYTES));
  return makeTag(suite, random, kind, uid, masterKey);
}

function tagMasterKey({ lock }: RigParts): Secret {
  const secrets = running(lock).inside.secrets.get();
  if (!secrets) {
    throw new HttpError(
      409,
      "the lock has no site secrets yet, so no tag is genuine to it: its roster must bring them",
    );
  }
  return secrets.tagMasterKey;
}
