import type { CredentialKind } from "../../../protocol/documents/grant.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Uptime } from "../../hal.ts";

/** How near each other the kinds that a rule wants must be shown (protocol.md §7). */
const TOGETHER_MS = 15_000;

interface Shown {
  /** Ids of the grants it belongs to, in hexadecimal. */
  readonly grantIds: ReadonlySet<string>;
  readonly atMs: number;
}

/**
 * What was shown and proven lately: the last of each kind, whether at the door or by an order. Whatever is then done spends it.
 */
export class ShownCredentials {
  readonly #uptime: Uptime;
  readonly #byKind = new Map<CredentialKind, Shown>();

  constructor(uptime: Uptime) {
    this.#uptime = uptime;
  }

  show(kind: CredentialKind, grantIds: readonly Uint8Array[]): void {
    this.#byKind.set(kind, { grantIds: new Set(grantIds.map(toHex)), atMs: this.#uptime.milliseconds() });
  }

  /** The kinds that were shown for this grant and still count. */
  kindsFor(grantId: Uint8Array): ReadonlySet<CredentialKind> {
    const id = toHex(grantId);
    const nowMs = this.#uptime.milliseconds();
    const fresh = [...this.#byKind].filter(([, shown]) => shown.grantIds.has(id) && nowMs - shown.atMs < TOGETHER_MS);
    return new Set(fresh.map(([kind]) => kind));
  }

  forget(): void {
    this.#byKind.clear();
  }
}
