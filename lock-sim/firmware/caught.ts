import { ProtocolError, type ProtocolErrorCode } from "../../protocol/protocol-error.ts";

/** The value, or what the peer got wrong. Every other error is ours and goes on. */
export function caught<T>(work: () => T): { ok: true; value: T } | { ok: false; code: ProtocolErrorCode } {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof ProtocolError) return { ok: false, code: error.code };
    throw error;
  }
}
