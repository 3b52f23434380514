import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { type GrantClaims, parseGrant, Right } from "../../protocol/documents/grant.ts";
import { pinVerifier } from "../../protocol/documents/pin.ts";
import type { Random } from "../../protocol/random.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { RequestRefused } from "../api/services.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { GrantRow, GrantStore } from "../store/grant-store.ts";
import { takeSeen } from "../store/take-seen.ts";
import { type Audience, type AudienceStores, pairedLocksOf, readAudience, stairOf } from "./audience.ts";
import { grantClaims } from "./grant-claims.ts";
import { contentOf, type GrantRequest, pinOf } from "./grant-request.ts";
import { invalidField } from "./invalid-field.ts";
import { OPERATOR_GRANT_ID } from "./operator-grant.ts";
import { drawPin, isPinOf } from "./pins.ts";
import type { StairSecrets } from "./stair-secrets.ts";
import type { WantedRosters } from "./wanted-rosters.ts";

/** A grant with what its document says. */
export interface IssuedGrant {
  row: GrantRow;
  claims: GrantClaims;
}

export interface AddedGrant extends IssuedGrant {
  /** False if the very same had been asked for before. */
  isNew: boolean;
  /** The digits of a new grant's PIN: from here on nobody can tell them again. */
  pin?: string;
}

export interface GrantsParts extends AudienceStores {
  issuer: Issuer;
  store: GrantStore;
  rosters: WantedRosters;
  secrets: StairSecrets;
  suite: Suite;
  clock: Clock;
  random: Random;
}

const ID_BYTES = 8;
/** Longer than any lock's clock is behind that has not lost the time: 200 ppm of ten years (protocol.md §7). */
const CLOCK_SECONDS_BEHIND_MAX = 86_400;
const ID_ZERO = "0".repeat(2 * ID_BYTES);

/** Makes, shows and revokes grants; each change is in the wanted roster of its locks when it is answered. */
export class Grants {
  readonly #parts: GrantsParts;
  /** One grant is made after another, so that neither ids nor PINs are given twice. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  /**
   * Asking again with an id and the same content answers the same grant, whatever has become of it since. Rejects with
   * RequestRefused, naming the field, or with StoreError.
   */
  add(request: GrantRequest): Promise<AddedGrant> {
    return this.alone(() => this.#add(request));
  }

  /** Runs `work` while no grant is being made. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  get(id: string): IssuedGrant | undefined {
    const row = this.#parts.store.get(id);
    return row && this.#issued(row);
  }

  /** In order of id, those above `after` that may be seen, revoked ones included. */
  list(after: string, limit: number, isSeen: (row: GrantRow) => boolean = () => true): IssuedGrant[] {
    const { store } = this.#parts;
    const positionOf = ({ id }: GrantRow) => id;
    const rows = takeSeen((from, most) => store.list(from, most), { after, limit, isSeen, positionOf });
    return rows.map((row) => this.#issued(row));
  }

  /** Its bearer has the document as it is now. False if there is no such grant. Rejects with StoreError. */
  async handedOut(id: string): Promise<boolean> {
    const { store, rosters } = this.#parts;
    if (!store.get(id)) return false;
    await rosters.change(() => {
      store.handedOut(id);
      return [];
    });
    return true;
  }

  /** False if there is no such grant; revoking again changes nothing. */
  async revoke(id: string): Promise<boolean> {
    const grant = this.#parts.store.get(id);
    if (!grant) return false;
    await this.revokeAll([grant]);
    return true;
  }

  /** All at once, or none; those that are revoked already are left alone. Returns the locks that were touched. Rejects with StoreError. */
  async revokeAll(grants: readonly GrantRow[]): Promise<string[]> {
    const { store, rosters, clock } = this.#parts;
    const living = grants.filter(({ revokedAtMs }) => revokedAtMs === undefined);
    const revokedAtMs = clock.wallMs();
    const lockIds = new Set<string>();
    if (living.length === 0) return [];
    await rosters.change(() => {
      for (const grant of living) {
        store.revoke(grant.id, revokedAtMs);
        for (const lockId of pairedLocksOf(this.#parts, grant)) lockIds.add(lockId);
      }
      return [...lockIds];
    });
    return [...lockIds];
  }

  async #add(request: GrantRequest): Promise<AddedGrant> {
    const { store, issuer, rosters, suite, clock, random } = this.#parts;
    const id = request.id ?? toHex(random.bytes(ID_BYTES));
    const known = this.get(id);
    if (known) return this.#askedAgain(known, request);
    if (store.isErased(id)) throw new RequestRefused("grant-exists", `${id} was somebody's who has been erased`, "id");
    if (id === ID_ZERO || id === OPERATOR_GRANT_ID) throw invalidField("id", `${id} is reserved`);
    const isCarried = request.carried === true;
    const other = request.with.findIndex(({ kind }) => kind !== "key");
    if (isCarried && other >= 0) {
      throw invalidField(`with[${other}]`, "is no key: a grant that is carried opens by the bearer's key alone");
    }
    const audience = readAudience(this.#parts, request);
    const createdAtMs = clock.wallMs();
    const { stair, pin } = await this.#stairAndPin(request, id, audience);
    const claims = grantClaims(suite, request, {
      id: fromHex(id),
      subject: request.subject === undefined ? random.bytes(ID_BYTES) : fromHex(request.subject),
      audience: [...audience.lockIds, ...audience.groupIds].map(fromHex),
      issuedAt: Math.floor(createdAtMs / 1000),
      ...(pin && { pinVerifier: pin.verifier }),
    });
    const row: GrantRow = {
      id,
      subject: toHex(claims.subject),
      ...audience,
      document: await issuer.signGrant(claims),
      issuedAt: claims.issuedAt,
      content: contentOf(suite, request),
      ...(stair !== undefined && { stair }),
      hasPin: pin !== undefined,
      isCarried,
      isToHandOut: isCarried,
      ...deniedUntil(claims),
      ...(request.name !== undefined && { name: request.name }),
      createdAtMs,
    };
    await rosters.change(() => {
      store.insert(row);
      // A group may have gone meanwhile.
      const lockIds = pairedLocksOf(this.#parts, readAudience(this.#parts, request));
      // A carried grant stands in no roster. One that is too old for a lock already is issued again with the lock's next.
      return isCarried ? lockIds.filter((lockId) => rosters.carriedFrom(lockId) > row.issuedAt) : lockIds;
    });
    return { ...this.#issued(store.get(id) ?? row), isNew: true, ...(pin && { pin: pin.digits }) };
  }

  async #askedAgain(known: IssuedGrant, request: GrantRequest): Promise<AddedGrant> {
    const { row } = known;
    const isSame =
      row.content === contentOf(this.#parts.suite, request) &&
      row.name === request.name &&
      (await this.#hasPin(known, pinOf(request)?.digits));
    if (isSame) return { ...known, isNew: false };
    throw new RequestRefused("grant-exists", `there is another grant ${row.id} already`, "id");
  }

  /** True if no digits were asked for. */
  async #hasPin({ row: { stair }, claims }: IssuedGrant, digits: string | undefined): Promise<boolean> {
    if (digits === undefined) return true;
    const { suite, secrets } = this.#parts;
    return stair !== undefined && secrets.lend(stair, ({ pinPepper }) => isPinOf(suite, pinPepper, claims, digits));
  }

  /** Nothing for a grant of a key alone: it needs no secrets. */
  async #stairAndPin(
    request: GrantRequest,
    id: string,
    audience: Audience,
  ): Promise<{ stair?: string; pin?: { digits: string; verifier: Uint8Array } }> {
    if (request.with.every(({ kind }) => kind === "key")) return {};
    const stair = stairOf(this.#parts, audience);
    const asked = pinOf(request);
    if (!asked) return { stair };
    return this.#parts.secrets.lend(stair, ({ pinPepper }) => {
      const digits = this.#freePin(stair, pinPepper, asked.digits);
      return { stair, pin: { digits, verifier: pinVerifier(this.#parts.suite, pinPepper, fromHex(id), digits) } };
    });
  }

  /** Distinct in the whole stair, so that its locks may come into new groups without two PINs becoming one. */
  #freePin(stair: string, pinPepper: Secret, asked: string | undefined): string {
    const { store, suite, random } = this.#parts;
    const grants = store.withPin(stair).map((row) => this.#issued(row).claims);
    const isTaken = (digits: string) => grants.some((grant) => isPinOf(suite, pinPepper, grant, digits));
    if (asked === undefined) return drawPin(random, isTaken);
    if (!isTaken(asked)) return asked;
    const sentence = "somebody else has this PIN here; choose another, or leave it to chance";
    throw new RequestRefused("pin-taken", sentence, "with");
  }

  #issued(row: GrantRow): IssuedGrant {
    const grant = parseGrant(this.#parts.suite, row.document);
    if (!grant.ok) throw new RangeError(`the stored grant ${row.id} is no grant`);
    return { row, claims: grant.value.claims };
  }
}

/** How long a lock must be told of the grant once it is revoked (protocol.md §7: denied). */
function deniedUntil({ bearerKey, expires, rights }: GrantClaims): { deniedUntil?: number } {
  // Only an order by the bearer's key shows a grant that is not in the table.
  if (!bearerKey) return { deniedUntil: 0 };
  // An essential grant ignores its end while the lock's time is uncertain.
  if (expires === undefined || (rights & Right.essential) !== 0) return {};
  return { deniedUntil: expires + CLOCK_SECONDS_BEHIND_MAX };
}
