import { Secret } from "../../crypto/secret.ts";
import { AES_KEY_BYTES, type Suite } from "../../crypto/suite.ts";
import { type SiteSecrets, sealSiteSecrets } from "../../protocol/documents/sealed.ts";
import type { Random } from "../../protocol/random.ts";
import { equalBytes, fromHex } from "../../protocol/wire/bytes.ts";
import type { Database } from "../store/database.ts";
import type { LockRow } from "../store/lock-store.ts";
import type { SealedRow, SecretStore } from "../store/secret-store.ts";

export interface StairSecretsParts {
  database: Database;
  store: SecretStore;
  suite: Suite;
  random: Random;
}

/**
 * What the locks of one stair check tags and PINs with (protocol.md §7): the tags' master key and the PINs' pepper. One
 * set for a stair and no wider, since an opened lock yields its own; no narrower, since one verifier stands in one grant.
 */
export class StairSecrets {
  readonly #parts: StairSecretsParts;

  constructor(parts: StairSecretsParts) {
    this.#parts = parts;
  }

  /** Drawn once, and durable before anything depends on them. */
  async of(stair: string): Promise<SiteSecrets> {
    const { database, store, random } = this.#parts;
    const known = store.ofStair(stair);
    if (known) return known;
    const drawn = {
      tagMasterKey: new Secret(random.bytes(AES_KEY_BYTES)),
      pinPepper: new Secret(random.bytes(AES_KEY_BYTES)),
    };
    await database.write(() => store.addStair(stair, drawn));
    return this.of(stair);
  }

  /** As they were sealed for the lock before, if nothing has changed: sealing anew would make a new roster of the same. */
  async sealedFor(lock: LockRow, stair: string): Promise<SealedRow> {
    const { store, suite, random } = this.#parts;
    const { lockId, boxPk } = lock;
    const before = store.sealed(lockId);
    if (before && before.stair === stair && equalBytes(before.boxPk, boxPk)) return before;
    const sealed = sealSiteSecrets(suite, random, { lockId: fromHex(lockId), boxPk }, await this.of(stair));
    return { lockId, stair, boxPk, sealed };
  }

  /** Inside `Database.write`: keeps what `sealedFor` made. */
  keep(row: SealedRow): void {
    this.#parts.store.putSealed(row);
  }
}
