import { Secret } from "../../crypto/secret.ts";
import type { SiteSecrets } from "../../protocol/documents/sealed.ts";
import type { Database } from "./database.ts";

/** Secrets as they were sealed for one lock (protocol.md §7, setting 8). */
export interface SealedRow {
  lockId: string;
  stair: string;
  /** The key that they are sealed for, 33 bytes. */
  boxPk: Uint8Array;
  sealed: Uint8Array;
}

/** What stairs check tags and PINs with. Changes happen inside `Database.write`. */
export class SecretStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get isEmpty(): boolean {
    return this.#database.get("SELECT 1 FROM stair_secrets LIMIT 1") === undefined;
  }

  ofStair(stair: string): SiteSecrets | undefined {
    const row = this.#database.get<{ tag_master_key: Uint8Array; pin_pepper: Uint8Array }>(
      "SELECT tag_master_key, pin_pepper FROM stair_secrets WHERE stair = ?",
      stair,
    );
    return row && { tagMasterKey: new Secret(row.tag_master_key), pinPepper: new Secret(row.pin_pepper) };
  }

  /** Inside `Database.write`. A stair that has secrets keeps them: its PINs and tags depend on them. */
  addStair(stair: string, secrets: SiteSecrets): void {
    this.#database.run(
      "INSERT OR IGNORE INTO stair_secrets (stair, tag_master_key, pin_pepper) VALUES (?, ?, ?)",
      stair,
      secrets.tagMasterKey.reveal(),
      secrets.pinPepper.reveal(),
    );
  }

  sealed(lockId: string): SealedRow | undefined {
    return this.#database.get<SealedRow>(
      "SELECT lock_id AS lockId, stair, box_pk AS boxPk, sealed FROM sealed_secrets WHERE lock_id = ?",
      lockId,
    );
  }

  /** Inside `Database.write`. */
  putSealed(row: SealedRow): void {
    this.#database.run(
      "INSERT OR REPLACE INTO sealed_secrets (lock_id, stair, box_pk, sealed) VALUES (?, ?, ?, ?)",
      row.lockId,
      row.stair,
      row.boxPk,
      row.sealed,
    );
  }
}
