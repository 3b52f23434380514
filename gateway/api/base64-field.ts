import { Type } from "@fastify/type-provider-typebox";
import { bytesOf, MalformedJson } from "../uplink/strict-json.ts";
import { ProblemError } from "./problem.ts";

/** No signed document is longer (protocol.md §1). */
const DOCUMENT_BYTES_MAX = 1024;
const DOCUMENT_CHARACTERS_MAX = 4 * Math.ceil(DOCUMENT_BYTES_MAX / 3);

/** A signed document, as the API takes it. */
export function base64(description: string) {
  return Type.String({ minLength: 4, maxLength: DOCUMENT_CHARACTERS_MAX, description: `Base64. ${description}` });
}

/** Throws ProblemError `field-invalid`. */
export function fromBase64(text: string, field: string): Uint8Array {
  try {
    return bytesOf(text, field, DOCUMENT_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    throw new ProblemError("field-invalid", `${error.message}.`, { field });
  }
}
