import { Secret } from "../../crypto/secret.ts";

/**
 * Wipes every Secret among the fields of a session's state. A state owns its secrets: PMK, RMS and S come in as copies,
 * and what a step hands out for keeping is in no later state.
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
