import assert from "node:assert/strict";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Log } from "../log.ts";
import type { Database } from "../store/database.ts";
import { StoreError } from "../store/store-error.ts";
import type { Role, TokenRow, TokenScope, TokenStore } from "../store/token-store.ts";
import { RequestRefused } from "./services.ts";

const ID_BYTES = 8;
const SECRET_BYTES = 32;
const TOKENS_MAX = 10_000;
/** Compared with what a token shows that is not there, so that it takes as long as one that is. */
const NO_HASH = new Uint8Array(32);

/** A token as somebody wants it. */
export interface TokenWish {
  role: Role;
  name?: string;
  scope?: TokenScope;
  expiresAtMs?: number;
}

export interface TokensParts {
  database: Database;
  store: TokenStore;
  suite: Suite;
  clock: Clock;
  random: Random;
  log: Log;
}

/**
 * Who may ask the API: bearer tokens, `<id>.<secret>`, and tokens that sign their requests.
 *
 * Of the secret, only its SHA-256 is kept. A slow hash is for passwords, which can be guessed; this secret is 256 random bits,
 * and no rate of guessing finds one of those.
 */
export class Tokens {
  readonly #parts: TokensParts;
  /** Tokens by the texts that stand for them for the moment. */
  readonly #lent = new Map<string, TokenRow>();

  constructor(parts: TokensParts) {
    this.#parts = parts;
  }

  /** The token that this text is, if it is one, good now. */
  authenticate(text: string): TokenRow | undefined {
    const { store, suite } = this.#parts;
    const lent = this.#lent.get(text);
    if (lent) return lent;
    const shown = parse(text);
    if (!shown) return undefined;
    const token = store.get(shown.id);
    const isRight = suite.equal(this.#hash(shown.secret), token?.hash ?? NO_HASH);
    if (!isRight || !token?.hash || !this.#isLiving(token)) return undefined;
    this.noteUse(token);
    return token;
  }

  /** The token of this id, if it is one that signs its requests, good now. The caller checks the signature, and notes the use. */
  signer(id: string): (TokenRow & { publicKey: Uint8Array }) | undefined {
    const token = this.#parts.store.get(id);
    if (!token?.publicKey || !this.#isLiving(token)) return undefined;
    return { ...token, publicKey: token.publicKey };
  }

  /** A text that stands for this token until it is taken back: for what a request has to ask of the API itself. */
  lend(token: TokenRow): string {
    const text = this.newText();
    this.#lent.set(text, token);
    return text;
  }

  takeBack(lentText: string): void {
    this.#lent.delete(lentText);
  }

  get(id: string): TokenRow | undefined {
    return this.#parts.store.get(id);
  }

  list(after: string, limit: number): TokenRow[] {
    return this.#parts.store.list(after, limit);
  }

  /** A new token; its text is nowhere else. Rejects with RequestRefused (`field-invalid`, `too-many-tokens`). */
  async add(wanted: TokenWish): Promise<{ token: TokenRow; text: string }> {
    this.#assertGood(wanted);
    const text = this.newText();
    return { token: await this.adopt(text, wanted), text };
  }

  /** A new token whose requests are signed with this key, a compressed P-256 point. Rejects as `add` does. */
  async addSigner(wanted: TokenWish, publicKey: Uint8Array): Promise<TokenRow> {
    this.#assertGood(wanted);
    if (!this.#parts.suite.p256Coordinates(publicKey)) {
      throw new RequestRefused("field-invalid", "publicKey is no compressed point of P-256", "publicKey");
    }
    return this.#insert({ ...wanted, publicKey, id: toHex(this.#parts.random.bytes(ID_BYTES)) });
  }

  #assertGood({ role, scope, expiresAtMs }: TokenWish): void {
    if (expiresAtMs !== undefined && expiresAtMs <= this.#parts.clock.wallMs()) {
      throw new RequestRefused("field-invalid", "The token would have expired already.", "expiresAt");
    }
    if (role === "tenant-administrator" && !scope) {
      throw new RequestRefused(
        "field-invalid",
        "scope is missing: a tenant administrator has locks or groups",
        "scope",
      );
    }
    if (scope && scope.locks.length + scope.groups.length === 0) {
      throw new RequestRefused("field-invalid", "scope is empty: nothing would be within", "scope");
    }
  }

  /** The text of a token that nobody knows yet. */
  newText(): string {
    const { random } = this.#parts;
    return `${toHex(random.bytes(ID_BYTES))}.${Buffer.from(random.bytes(SECRET_BYTES)).toString("base64url")}`;
  }

  /** Makes the text a token unless its id is known: one that has been revoked stays so. */
  async adopt(text: string, wanted: TokenWish): Promise<TokenRow> {
    const shown = parse(text);
    assert(shown, "not the text of a token");
    return this.#insert({ ...wanted, id: shown.id, hash: this.#hash(shown.secret) });
  }

  async #insert(wanted: Omit<TokenRow, "createdAtMs">): Promise<TokenRow> {
    const { database, store, clock } = this.#parts;
    return database.write(() => {
      const known = store.get(wanted.id);
      if (known) return known;
      if (store.count() >= TOKENS_MAX) {
        throw new RequestRefused("too-many-tokens", `There are ${TOKENS_MAX} tokens, revoked ones included.`);
      }
      const token = { ...wanted, createdAtMs: clock.wallMs() };
      store.insert(token);
      return token;
    });
  }

  /** Revokes it for good; undefined if there is none. Rejects with RequestRefused (`last-admin`). */
  async revoke(id: string): Promise<TokenRow | undefined> {
    const { database, store, clock } = this.#parts;
    return database.write(() => {
      const token = store.get(id);
      const isAdmin = token?.role === "admin" && !token.scope;
      if (isAdmin && !store.hasOtherAdmin(id)) {
        throw new RequestRefused("last-admin", "Without this token nobody could give out another: add an admin first.");
      }
      store.revoke(id, clock.wallMs());
      return store.get(id);
    });
  }

  #hash(secret: string): Uint8Array {
    return this.#parts.suite.sha256(Buffer.from(secret));
  }

  #isLiving({ revokedAtMs, expiresAtMs }: TokenRow): boolean {
    return revokedAtMs === undefined && (expiresAtMs === undefined || expiresAtMs > this.#parts.clock.wallMs());
  }

  /** A token that works must go on working when the disk is full. */
  noteUse({ id, lastUsedDay }: TokenRow): void {
    const { database, store, clock, log } = this.#parts;
    const day = new Date(clock.wallMs()).toISOString().slice(0, 10);
    if (day === lastUsedDay) return;
    database
      .write(() => store.setLastUsedDay(id, day))
      .catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        log.warn({ tokenId: id, code: error.code }, "When this token was last used could not be noted.");
      });
  }
}

export function isTokenText(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(text: string): { id: string; secret: string } | undefined {
  const [, id, secret] = /^([0-9a-f]{16})\.([\w-]{43})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}
