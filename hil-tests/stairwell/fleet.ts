import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../protocol/clock.ts";
import type { EmulatedLock } from "../rig-tools/emulated-lock.ts";
import type { Gateway } from "../rig-tools/gateway.ts";
import { ApiError } from "../rig-tools/json-api.ts";
import { until } from "../rig-tools/until.ts";
import type { StairwellFolder } from "./folder.ts";
import type { Backend } from "./stairwell.ts";

const BROUGHT_MS = 30_000;
/** Files of which whoever has them can open doors. */
const KEYS_THAT_OPEN = ["issuer.key", "operator.key"];

/** What people do at the backend of a stairwell whose gateway holds no key. */
export class Fleet {
  readonly #clock: Clock;
  readonly #backend: Backend;
  readonly #gateway: Gateway;

  constructor(clock: Clock, backend: Backend, gateway: Gateway) {
    this.#clock = clock;
    this.#backend = backend;
    this.#gateway = gateway;
  }

  /** To somebody whose key is made and kept at the backend; resolves with the grant's id when all the locks have it. */
  async grant(name: string, locks: readonly EmulatedLock[]): Promise<string> {
    const lockIds = locks.map(({ lockId }) => lockId);
    const asked = { name, locks: lockIds, rights: ["unlock", "essential"] };
    const { id } = await this.#backend.api.post<{ id: string }>("/v1/grants", asked);
    for (const lock of locks) await this.#untilGrants(lock, "the grant at the lock", (ids) => ids.includes(id));
    return id;
  }

  /** Settles when the lock has lost it. */
  async revoke(grantId: string, lock: EmulatedLock): Promise<void> {
    await this.#backend.api.delete(`/v1/grants/${grantId}`);
    await this.#untilGrants(lock, "the revocation at the lock", (ids) => !ids.includes(grantId));
  }

  /** That person's order, signed at the backend and carried by the gateway. Resolves with the seq of the lock's DONE. */
  async unlock(grantId: string, { lockId }: EmulatedLock): Promise<number> {
    const order = await this.#backend.api.post(`/v1/locks/${lockId}/orders`, { grantId });
    return (await this.#gateway.api.post<{ seq: number }>(`/v1/locks/${lockId}/orders`, order)).seq;
  }

  /** Why the lock refuses that person's order; undefined if it does not. */
  async refusal(grantId: string, lock: EmulatedLock): Promise<string | undefined> {
    try {
      await this.unlock(grantId, lock);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.message;
    }
  }

  #untilGrants(lock: EmulatedLock, what: string, isSo: (grantIds: string[]) => boolean): Promise<true> {
    const look = async () => (isSo((await lock.state()).grantIds) ? true : undefined);
    return until(this.#clock, BROUGHT_MS, () => what, look);
  }
}

/** Which of the keys that open doors lie in the gateway's directory. */
export function keysAtGateway(folder: StairwellFolder): string[] {
  return KEYS_THAT_OPEN.filter((name) => existsSync(join(folder.gatewayData, name)));
}
