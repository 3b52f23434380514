import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { Database } from "./database.ts";

/** Who this gateway is to its issuer, and by which keys it knows that. */
export class FleetStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** 8 bytes. */
  get gatewayId(): Uint8Array {
    const row = this.#row();
    if (!row) throw new RangeError("the fleet has not been configured");
    return row.gatewayId;
  }

  /** 16 hex digits: the issuer that was heard first. */
  get issuerId(): string | undefined {
    return this.#row()?.issuerId ?? undefined;
  }

  /** Compressed points, oldest first. */
  issuerKeys(): Uint8Array[] {
    const rows = this.#database.all<{ publicKey: Uint8Array }>(
      "SELECT public_key AS publicKey FROM issuer_key ORDER BY position",
    );
    return rows.map(({ publicKey }) => publicKey);
  }

  /**
   * Inside `Database.write`: what the configuration says at a start. A key that it has not named before is a new beginning: what
   * was heard under other keys counts no more, unless one of those has named it.
   */
  configure(configuredKey: Uint8Array, newGatewayId: Uint8Array): void {
    const row = this.#row();
    if (row && equalBytes(row.configuredKey, configuredKey)) return;
    const isKnown = this.issuerKeys().some((key) => equalBytes(key, configuredKey));
    this.#database.run(
      "INSERT OR REPLACE INTO fleet (id, gateway_id, configured_key, issuer_id) VALUES (1, ?, ?, ?)",
      row?.gatewayId ?? newGatewayId,
      configuredKey,
      isKnown ? (row?.issuerId ?? null) : null,
    );
    if (isKnown) return;
    this.#database.run("DELETE FROM issuer_key");
    this.addIssuerKey(configuredKey);
  }

  /** Inside `Database.write`. */
  addIssuerKey(publicKey: Uint8Array): void {
    this.#database.run("INSERT INTO issuer_key (public_key) VALUES (?)", publicKey);
  }

  /** Inside `Database.write`. */
  forgetIssuerKey(publicKey: Uint8Array): void {
    this.#database.run("DELETE FROM issuer_key WHERE public_key = ?", publicKey);
  }

  /** Inside `Database.write`; undefined listens to whichever speaks next. */
  pinIssuer(issuerId: string | undefined): void {
    this.#database.run("UPDATE fleet SET issuer_id = ? WHERE id = 1", issuerId ?? null);
  }

  #row(): FleetRow | undefined {
    return this.#database.get<FleetRow>(
      "SELECT gateway_id AS gatewayId, configured_key AS configuredKey, issuer_id AS issuerId FROM fleet WHERE id = 1",
    );
  }
}

interface FleetRow {
  gatewayId: Uint8Array;
  configuredKey: Uint8Array;
  issuerId: string | null;
}
