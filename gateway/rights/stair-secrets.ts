import assert from "node:assert/strict";
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

  /** What `use` makes of them; they are wiped afterwards. Drawn once, and durable before anything depends on them. */
  async lend<T>(stair: string, use: (secrets: SiteSecrets) => T): Promise<T> {
    const secrets = this.#parts.store.ofStair(stair) ?? (await this.#draw(stair));
    try {
      return use(secrets);
    } finally {
      secrets.tagMasterKey.wipe();
      secrets.pinPepper.wipe();
    }
  }

  /** As they were sealed for the lock before, if nothing has changed: sealing anew would make a new roster of the same. */
  async sealedFor({ lockId, boxPk }: LockRow, stair: string): Promise<SealedRow> {
    const { store, suite, random } = this.#parts;
    const before = store.sealed(lockId);
    if (before && before.stair === stair && equalBytes(before.boxPk, boxPk)) return before;
    const lock = { lockId: fromHex(lockId), boxPk };
    return this.lend(stair, (secrets) => ({
      lockId,
      stair,
      boxPk,
      sealed: sealSiteSecrets(suite, random, lock, secrets),
    }));
  }

  /** Inside `Database.write`: keeps what `sealedFor` made. */
  keep(row: SealedRow): void {
    this.#parts.store.putSealed(row);
  }

  async #draw(stair: string): Promise<SiteSecrets> {
    const { database, store, random } = this.#parts;
    const drawn = {
      tagMasterKey: new Secret(random.bytes(AES_KEY_BYTES)),
      pinPepper: new Secret(random.bytes(AES_KEY_BYTES)),
    };
    const stored = await database.write(() => {
      // Somebody else may have drawn meanwhile.
      store.addStair(stair, drawn);
      return store.ofStair(stair);
    });
    drawn.tagMasterKey.wipe();
    drawn.pinPepper.wipe();
    assert(stored, "a stair whose secrets were stored has secrets");
    return stored;
  }
}
