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

/**
 * The way to the lock with this id, in its one spelling; `ble` alone is the way to whatever lock the label names. Throws RequestRefused
 * with what a way looks like.
 */
export function readVia(text: string, lockId: string): string {
  try {
    const via = parseVia(text === "ble" ? `ble:${lockId}` : text);
    if (via.kind === "ble" && via.lockId !== lockId) {
      throw new ViaError(`the label is that of lock ${lockId}, the way leads to lock ${via.lockId}`);
    }
    return formatVia(via);
  } catch (error) {
    throw error instanceof ViaError ? new RequestRefused("via-invalid", error.message, "via") : error;
  }
}
