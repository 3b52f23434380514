import type { Suite } from "../crypto/suite.ts";
import type { Clock } from "../protocol/clock.ts";
import { type GrantClaims, parseGrant, Right } from "../protocol/documents/grant.ts";
import type { Random } from "../protocol/random.ts";
import { fromHex, toHex } from "../protocol/wire/bytes.ts";
import { UINT_MAX } from "../protocol/wire/cbor-shape.ts";
import { RequestRefused } from "./api/services.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { GrantRow, GrantStore } from "./store/grant-store.ts";
import type { LockStore } from "./store/lock-store.ts";
import { OPERATOR_GRANT_ID, type WantedRosters } from "./wanted-rosters.ts";

export type RightName = keyof typeof Right;

/** A key grant as people ask for it. Ids and subject: 16 hex digits. Times: RFC 3339. */
export interface GrantRequest {
  /** The caller's own; drawn at random if absent. */
  id?: string;
  /** A pseudonym; drawn at random if absent. */
  subject?: string;
  /** 1–16 lock ids, all different. */
  locks: string[];
  /** 66 hex digits: the bearer's compressed P-256 point. */
  publicKey: string;
  rights: RightName[];
  notBefore?: string;
  /** The first moment at which the grant no longer works; needed unless `rights` has "essential". */
  notAfter?: string;
  /** At each lock. */
  uses?: number;
  /** Kept here, never sent to a lock. */
  name?: string;
}

/** A grant with what its document says. */
export interface IssuedGrant {
  row: GrantRow;
  claims: GrantClaims;
}

export interface GrantsParts {
  issuer: Issuer;
  store: GrantStore;
  locks: LockStore;
  rosters: WantedRosters;
  suite: Suite;
  clock: Clock;
  random: Random;
  /** A lock's wanted roster is new. */
  changed: (lockId: string) => void;
}

const ID_BYTES = 8;
const ID_ZERO = "0".repeat(2 * ID_BYTES);

/** Makes, shows and revokes grants; each change is in the wanted roster of its locks when it is answered. */
export class Grants {
  readonly #parts: GrantsParts;

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  /** Rejects with RequestRefused, naming the field, or with StoreError. */
  async add(request: GrantRequest): Promise<IssuedGrant> {
    const { issuer, suite, clock, rosters } = this.#parts;
    const createdAtMs = clock.wallMs();
    const claims = this.#claims(request, Math.floor(createdAtMs / 1000));
    const document = await issuer.signGrant(claims);
    const row: GrantRow = {
      id: toHex(claims.id),
      subject: toHex(claims.subject),
      lockIds: request.locks.toSorted(),
      document,
      issuedAt: claims.issuedAt,
      ...(request.name !== undefined && { name: request.name }),
      createdAtMs,
    };
    await rosters.renew(row.lockIds, { kind: "add", grant: row });
    for (const lockId of row.lockIds) this.#parts.changed(lockId);
    return issued(suite, row);
  }

  get(id: string): IssuedGrant | undefined {
    const row = this.#parts.store.get(id);
    return row && issued(this.#parts.suite, row);
  }

  /** In order of id, those above `after`, revoked ones included. */
  list(after: string, limit: number): IssuedGrant[] {
    return this.#parts.store.list(after, limit).map((row) => issued(this.#parts.suite, row));
  }

  /** False if there is no such grant; revoking again changes nothing. */
  async revoke(id: string): Promise<boolean> {
    const { store, locks, rosters, clock } = this.#parts;
    const grant = store.get(id);
    if (!grant) return false;
    if (grant.revokedAtMs !== undefined) return true;
    const paired = grant.lockIds.filter((lockId) => locks.get(lockId));
    await rosters.renew(paired, { kind: "revoke", grant, atMs: clock.wallMs() });
    for (const lockId of paired) this.#parts.changed(lockId);
    return true;
  }

  #claims(request: GrantRequest, now: number): GrantClaims {
    const { suite, locks } = this.#parts;
    const id = request.id ?? this.#drawId();
    if (id === ID_ZERO || id === OPERATOR_GRANT_ID) throw invalid("id", `${id} is reserved`);
    request.locks.forEach((lockId, index) => {
      if (locks.get(lockId)) return;
      throw new RequestRefused("unknown-lock", `no lock ${lockId} is paired here`, `locks[${index}]`);
    });
    const bearerKey = fromHex(request.publicKey);
    if (!suite.isP256PublicKey(bearerKey)) throw invalid("publicKey", "is no compressed point on P-256");
    const notBefore = request.notBefore === undefined ? undefined : seconds("notBefore", request.notBefore);
    const expires = request.notAfter === undefined ? undefined : seconds("notAfter", request.notAfter);
    if (expires === undefined && !request.rights.includes("essential")) {
      throw invalid("notAfter", 'is needed unless rights has "essential"');
    }
    if (expires !== undefined && expires <= Math.max(now, notBefore ?? 0)) {
      throw invalid("notAfter", notBefore !== undefined && expires > now ? "is not after notBefore" : "is in the past");
    }
    return {
      subject: request.subject === undefined ? this.#parts.random.bytes(ID_BYTES) : fromHex(request.subject),
      audience: request.locks.map(fromHex),
      ...(expires !== undefined && { expires }),
      ...(notBefore !== undefined && { notBefore }),
      issuedAt: now,
      id: fromHex(id),
      bearerKey,
      credentials: [{ kind: "key" }],
      rights: request.rights.reduce((bits, name) => bits | Right[name], 0),
      ...(request.uses !== undefined && { uses: request.uses }),
    };
  }

  #drawId(): string {
    return toHex(this.#parts.random.bytes(ID_BYTES));
  }
}

function issued(suite: Suite, row: GrantRow): IssuedGrant {
  const grant = parseGrant(suite, row.document);
  if (!grant.ok) throw new RangeError(`the stored grant ${row.id} is no grant`);
  return { row, claims: grant.value.claims };
}

/** RFC 3339 with an offset, as whole seconds since 1970. */
function seconds(field: string, text: string): number {
  const time = RFC_3339.test(text) ? Math.floor(Date.parse(text) / 1000) : Number.NaN;
  if (!(time >= 0 && time <= UINT_MAX)) throw invalid(field, 'must be a time like "2027-01-31T18:00:00Z"');
  return time;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function invalid(field: string, sentence: string): RequestRefused {
  return new RequestRefused("field-invalid", `${field} ${sentence}`, field);
}
