import type { Secret } from "../../crypto/secret.ts";
import { HASH_BYTES, type Suite } from "../../crypto/suite.ts";
import { CBOR_BYTES_MAX } from "../wire/cbor.ts";
import { asArray, asBytes, asText, asUint } from "../wire/cbor-shape.ts";
import type { Checked } from "../wire/reason.ts";
import { type Document, type DocumentType, parseDocument, signDocument, verifyDocument } from "./document.ts";

/** As long as the model in a lock's own lockInfo may be (protocol.md §2): a longer one fits no lock. */
const MODEL_BYTES_MAX = 32;

/** What a firmware image is and which locks it fits, signed by their maker (protocol.md §7). */
export interface Manifest {
  readonly model: string;
  /** Both inclusive. */
  readonly hardwareMin: number;
  readonly hardwareMax: number;
  readonly version: number;
  /** Of the image, in bytes. */
  readonly size: number;
  /** SHA-256 of the image. */
  readonly digest: Uint8Array;
  readonly batteryMinMillivolt: number;
}

const MANIFEST: DocumentType<Manifest> = {
  domain: "LK1 firmware",
  bytesMax: CBOR_BYTES_MAX,
  toCbor: (manifest) => [
    manifest.model,
    manifest.hardwareMin,
    manifest.hardwareMax,
    manifest.version,
    manifest.size,
    manifest.digest,
    manifest.batteryMinMillivolt,
  ],
  fromCbor: (payload) => {
    const [model, hardwareMin, hardwareMax, version, size, digest, batteryMinMillivolt] = asArray(payload, 7);
    return {
      model: asText(model, MODEL_BYTES_MAX),
      hardwareMin: asUint(hardwareMin),
      hardwareMax: asUint(hardwareMax),
      version: asUint(version),
      size: asUint(size),
      digest: asBytes(digest, HASH_BYTES),
      batteryMinMillivolt: asUint(batteryMinMillivolt),
    };
  },
};

export function signManifest(suite: Suite, makerKey: Secret, manifest: Manifest): Uint8Array {
  return signDocument(MANIFEST, suite, makerKey, manifest);
}

export function parseManifest(suite: Suite, bytes: Uint8Array): Checked<Document<Manifest>> {
  return parseDocument(MANIFEST, suite, bytes);
}

export function verifyManifest(suite: Suite, bytes: Uint8Array, makerPk: Uint8Array): Checked<Manifest> {
  return verifyDocument(MANIFEST, suite, bytes, makerPk);
}
