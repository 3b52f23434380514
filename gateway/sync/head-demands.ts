/**
 * Nonces over which the backend wants a lock's head signed. One a lock, the newest: whoever asked before asks again. Not durable,
 * for the same reason.
 */
export class HeadDemands {
  readonly #nonces = new Map<string, Uint8Array>();

  put(lockId: string, nonce: Uint8Array): void {
    this.#nonces.set(lockId, nonce);
  }

  get(lockId: string): Uint8Array | undefined {
    return this.#nonces.get(lockId);
  }

  /** The head over this nonce is durable here; a newer demand stays. */
  answered(lockId: string, nonce: Uint8Array): void {
    if (this.#nonces.get(lockId) === nonce) this.#nonces.delete(lockId);
  }
}
