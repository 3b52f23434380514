import { Secret } from "../../crypto/secret.ts";

/**
 * Wipes every Secret among the fields of a session's state. A state owns its secrets: keys that a caller gave were copied,
 * and those it was handed (PMK, RMS) are its own once the next state stands.
 */
export function wipe(state: object): void {
  for (const field of Object.values(state)) if (field instanceof Secret) field.wipe();
}

/** What `work` returns; if it throws, the state is wiped first, so that a failed handshake or session ends closed. */
export function wipeIfThrown<T>(state: object, work: () => T): T {
  try {
    return work();
  } catch (error) {
    wipe(state);
    throw error;
  }
}
