import type { Suite } from "../crypto/suite.ts";
import { type Label, LabelError, parseLabel } from "../protocol/documents/label.ts";
import { RequestRefused } from "./api/services.ts";
import { formatVia, parseVia, ViaError } from "./transport/via.ts";

/** Throws RequestRefused with what is wrong with the label. */
export function readLabel(suite: Suite, text: string): Label {
  try {
    return parseLabel(suite, text);
  } catch (error) {
    throw error instanceof LabelError ? new RequestRefused("label-invalid", error.message, "label") : error;
  }
}

/** The way in its one spelling. Throws RequestRefused with what a way looks like. */
export function readVia(text: string): string {
  try {
    return formatVia(parseVia(text));
  } catch (error) {
    throw error instanceof ViaError ? new RequestRefused("via-invalid", error.message, "via") : error;
  }
}
