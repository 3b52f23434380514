import assert from "node:assert/strict";
import type { Secret } from "../../crypto/secret.ts";
import { ProtocolError, type ProtocolErrorCode } from "../protocol-error.ts";

/** For `assert.throws`: a ProtocolError with this code. */
export function hasCode(code: ProtocolErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.code === code;
}

/** Nobody can use these secrets any more. */
export function assertWiped(...secrets: Secret[]): void {
  for (const secret of secrets) assert.throws(() => secret.reveal(), /wiped/);
}
