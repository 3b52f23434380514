import type { Database } from "./database.ts";

/** What a request was answered. `headers` are those that belong to the answer itself, by lower-case name. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A request that carried an Idempotency-Key, by its token and the hash of its key. */
export interface KeyedRequest {
  /** HMAC under the key of what was asked, 32 bytes. */
  fingerprint: Uint8Array;
  /** Absent while it runs, and for ever if the daemon ended meanwhile. */
  answer?: StoredAnswer;
}

/** Per token; then the oldest that has an answer goes. */
const KEYS_MAX = 10_000;
const KEPT_HOURS = 24;

/** Answers by Idempotency-Key, so that a repeated request gets the same one and does nothing. */
export class KeyedRequestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What is known under this key hash; undefined if it is new, and then it is noted, durably, before the request is carried out. */
  begin(tokenId: string, keyHash: string, fingerprint: Uint8Array): Promise<KeyedRequest | undefined> {
    return this.#database.write(() => {
      const known = this.#database.get<KeyedRequestColumns>(
        "SELECT * FROM keyed_request WHERE token_id = ? AND key_hash = ?",
        tokenId,
        keyHash,
      );
      if (known) return keyedRequest(known);
      this.#makeRoom(tokenId);
      this.#database.run(
        "INSERT INTO keyed_request (token_id, key_hash, fingerprint) VALUES (?, ?, ?)",
        tokenId,
        keyHash,
        fingerprint,
      );
      return undefined;
    });
  }

  answer(tokenId: string, keyHash: string, { status, headers, body }: StoredAnswer): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        "UPDATE keyed_request SET status = ?, headers = ?, body = ? WHERE token_id = ? AND key_hash = ?",
        status,
        JSON.stringify(headers),
        body,
        tokenId,
        keyHash,
      );
    });
  }

  /** The request certainly changed nothing: the next one with this key is carried out. */
  forget(tokenId: string, keyHash: string): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("DELETE FROM keyed_request WHERE token_id = ? AND key_hash = ?", tokenId, keyHash);
    });
  }

  /** Inside `Database.write`. Answers in which this text stands are lost; their requests are still never carried out again. */
  eraseMentions(text: string): void {
    this.#database.run(
      "UPDATE keyed_request SET status = NULL, headers = NULL, body = NULL WHERE instr(body, ?) > 0",
      text,
    );
  }

  /** One more hour has passed: forgets what is a day old. */
  hourPassed(): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("UPDATE keyed_request SET hours_kept = hours_kept + 1");
      this.#database.run(`DELETE FROM keyed_request WHERE hours_kept > ${KEPT_HOURS}`);
    });
  }

  #makeRoom(tokenId: string): void {
    const { count } = this.#database.get<{ count: number }>(
      "SELECT count(*) AS count FROM keyed_request WHERE token_id = ?",
      tokenId,
    ) ?? { count: 0 };
    if (count < KEYS_MAX) return;
    this.#database.run(
      `DELETE FROM keyed_request WHERE rowid =
         (SELECT min(rowid) FROM keyed_request WHERE token_id = ? AND status IS NOT NULL)`,
      tokenId,
    );
  }
}

interface KeyedRequestColumns {
  fingerprint: Uint8Array;
  status: number | null;
  headers: string | null;
  body: string | null;
}

function keyedRequest({ fingerprint, status, headers, body }: KeyedRequestColumns): KeyedRequest {
  if (status === null) return { fingerprint };
  return { fingerprint, answer: { status, headers: JSON.parse(headers ?? "{}"), body: body ?? "" } };
}
