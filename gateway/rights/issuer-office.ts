import type { OrderClaims } from "../../protocol/documents/order.ts";
import type { Receipt } from "../../protocol/documents/receipt.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { RequestRefused } from "../api/services.ts";
import { BUNDLE_BYTES_MAX, type Bundle } from "../fleet/bundle.ts";
import type { LockRow, LockStore } from "../store/lock-store.ts";
import type { ComposedRights } from "./compose-rights.ts";
import { type HeardReport, readMessage } from "./heard-report.ts";
import type { KeyChanges } from "./key-changes.ts";
import { countRevoked, documentsFor } from "./lock-documents.ts";
import { type OfficeParts, type OfficeWorld, openOfficeParts } from "./office-parts.ts";
import { packBundles } from "./pack-bundles.ts";
import type { KnownReport } from "./report-book.ts";

export interface BundleOptions {
  /** Of each bundle in its JSON form. */
  bytesMax?: number;
}

/** What a gateway's message has led to. */
export interface Heard {
  /** What the gateway needs now; none if it is in step. Each helps alone, so one may go down now and the others later. */
  bundles: Bundle[];
  /**
   * Locks that are not known here, or not from this gateway, or not as they are reported: another identity, another generation,
   * epochs far ahead. They get nothing before somebody decides to `admit` them: a gateway may invent a lock, to be told what only
   * real ones are.
   */
  strangers: HeardReport[];
}

/** More rosters than a database can miss that was put back from a backup; a gateway that names such an epoch may want to use them up. */
const EPOCHS_AHEAD_MAX = 10_000;
/** Step by step it would get there all the same. No database is put back so often. */
const LEAD_EVERY_MS = 86_400_000;

/**
 * An issuer whose gateways are elsewhere: it decides and signs, and hears from them how it stands with the locks. A backend
 * passes their reports in and the bundles back (docs/fleet.md, docs/issuer.md); nothing here does any network.
 */
export class IssuerOffice {
  /** 16 hex digits; a gateway takes documents of one issuer alone. */
  readonly issuerId: string;
  readonly rights: Omit<ComposedRights, "keeper" | "wanted">;
  readonly keyChanges: KeyChanges;
  readonly #parts: OfficeParts;

  private constructor(parts: OfficeParts) {
    this.issuerId = parts.issuerId;
    this.keyChanges = parts.rights.keyChanges;
    this.rights = parts.rights;
    this.#parts = parts;
  }

  /** Rejects with StoreError or KeyFileError, one sentence each. */
  static async open(world: OfficeWorld): Promise<IssuerOffice> {
    return new IssuerOffice(await openOfficeParts(world));
  }

  /** Compressed point, 33 bytes: what gateways are configured with. */
  get publicKey(): Uint8Array {
    return this.#parts.issuer.publicKey;
  }

  get locks(): Pick<LockStore, "list" | "get"> {
    return this.#parts.locks;
  }

  /** What each gateway of a lock said last, in order of the gateways' ids. */
  reportsOf(lockId: string): KnownReport[] {
    return this.#parts.reports.ofLock(lockId);
  }

  /** The signed roster that the lock is to have; undefined before the first. */
  roster(lockId: string): Uint8Array | undefined {
    return this.#parts.rosters.document(lockId);
  }

  /** Of that roster; 0 before the first. */
  epoch(lockId: string): number {
    return this.#parts.rosters.wantedEpoch(lockId);
  }

  /** Begins to renew rosters in time, before they go stale. */
  start(): void {
    this.#parts.rights.keeper.start();
  }

  /** Does that once. */
  renewDue(): Promise<void> {
    return this.#parts.rights.keeper.look();
  }

  async close(): Promise<void> {
    await this.#parts.rights.keeper.close();
    this.#parts.database.close();
  }

  /**
   * Takes locks in as a gateway reports them, or as they are since a factory reset, and makes them new rosters, which bring them to
   * the issuer's newest key wherever they stand. Rejects with MalformedJson, RequestRefused or StoreError.
   */
  async admit(message: unknown): Promise<LockRow[]> {
    const { world, locks, reports: book, rights } = this.#parts;
    const { gatewayId, reports } = readMessage(world.suite, message);
    const admitted = reports.map((report) => this.#rowOf(report));
    for (const lock of admitted) await locks.put(lock);
    await this.keyChanges.doubt(admitted.map(({ lockId }) => lockId));
    await book.note(gatewayId, reports, []);
    await rights.wanted.renew(admitted.map(({ lockId }) => lockId));
    return admitted;
  }

  /** New rosters that say the same, whether they are due or not. Rejects with RequestRefused for a lock that is not known, or StoreError. */
  renew(lockIds: readonly string[]): Promise<void> {
    return this.#parts.rights.wanted.renew(lockIds);
  }

  /** Forgets a lock that is gone for good. False if it is not known. Rejects with StoreError. */
  async removeLock(lockId: string): Promise<boolean> {
    const { locks } = this.#parts;
    if (!locks.get(lockId)) return false;
    await locks.remove(lockId);
    return true;
  }

  /**
   * What a gateway's uplink brought: `{gatewayId, reports, results}`. Rejects with MalformedJson, changing nothing, or with
   * StoreError.
   */
  async hear(message: unknown, options: BundleOptions = {}): Promise<Heard> {
    const { world, reports: book, rights, rosters } = this.#parts;
    const { gatewayId, reports, results } = readMessage(world.suite, message);
    const strangers = reports.filter((report) => !this.#isKnown(report));
    const known = reports.filter((report) => this.#isKnown(report)).map((report) => this.#dated(report));
    // What was never sent has no result.
    const own = results.filter(({ lockId, epoch }) => epoch <= rosters.wantedEpoch(lockId));
    await book.note(gatewayId, known, own);
    const due = book.ofGateway(gatewayId).filter((report) => this.#needsNewer(report));
    if (due.length > 0) await rights.wanted.renew(due.map(({ lockId }) => lockId));
    const timeTokens = await Promise.all(known.flatMap((report) => this.#timeToken(report) ?? []));
    return { bundles: this.#bundles(gatewayId, timeTokens, options), strangers };
  }

  /** What a gateway needs, by what it said last. */
  bundlesFor(gatewayId: string, options: BundleOptions = {}): Bundle[] {
    return this.#bundles(gatewayId, [], options);
  }

  /**
   * "Whatever the newest roster of this lock takes away, it is meant to": gateways then do not ask. Returns how many grants that
   * is; undefined if the lock is not known. Rejects with StoreError.
   */
  async confirmRevocation(lockId: string): Promise<number | undefined> {
    const { database, store, locks, rosters, reports } = this.#parts;
    if (!locks.get(lockId)) return undefined;
    const epoch = rosters.wantedEpoch(lockId);
    const grants = Math.max(0, ...reports.ofLock(lockId).map((report) => countRevoked(rosters, report)));
    await database.write(() => store.putMeantRevocation(lockId, epoch, grants));
    return grants;
  }

  /** "These records are kept for good" (protocol.md §7). The lock may forget them. */
  signReceipt(receipt: Receipt): Promise<Uint8Array> {
    return this.#parts.issuer.signReceipt(receipt);
  }

  /** The time of this machine's clock, over a challenge of 8 bytes that the lock has drawn lately. */
  signTime(lockId: string, challenge: Uint8Array): Promise<Uint8Array> {
    const time = Math.floor(this.#parts.world.clock.wallMs() / 1000);
    return this.#parts.issuer.signTimeToken({ lockId: fromHex(lockId), challenge, time });
  }

  /** For actions 5 and 6 (protocol.md §7); bearers sign the others themselves. */
  signOrder(claims: OrderClaims): Promise<Uint8Array> {
    return this.#parts.issuer.signOrder(claims);
  }

  #rowOf(report: HeardReport): LockRow {
    const { lockId, gatewayId, generation, model, hardware, firmware, sigPk, boxPk } = report;
    if (this.rights.groups.get(lockId)) {
      const sentence = `${lockId} is a group's id, and an aud does not tell them apart`;
      throw new RequestRefused("field-invalid", sentence, "lockId");
    }
    const before = this.#parts.locks.get(lockId);
    return {
      lockId,
      via: before?.via ?? `gateway ${gatewayId}`,
      model,
      hardware,
      firmware,
      sigPk: fromHex(sigPk),
      boxPk: fromHex(boxPk),
      generation,
      pairedAtMs: before?.pairedAtMs ?? this.#parts.world.clock.wallMs(),
    };
  }

  #isKnown(report: HeardReport): boolean {
    const { lockId, gatewayId, generation, sigPk, boxPk } = report;
    const { locks, reports } = this.#parts;
    const lock = locks.get(lockId);
    const isSame = lock?.generation === generation && toHex(lock.sigPk) === sigPk && toHex(lock.boxPk) === boxPk;
    const before = reports.get(lockId, gatewayId);
    const isFarAhead = leadOf(report, this.epoch(lockId)) > (this.#hasLedLately(before) ? 0 : EPOCHS_AHEAD_MAX);
    return isSame && !isFarAhead && before !== undefined;
  }

  #hasLedLately({ ledAtMs = Number.NEGATIVE_INFINITY }: Partial<KnownReport> = {}): boolean {
    return Math.abs(this.#parts.world.clock.wallMs() - ledAtMs) < LEAD_EVERY_MS;
  }

  #dated(report: HeardReport): KnownReport {
    if (leadOf(report, this.epoch(report.lockId)) <= 0) return report;
    return { ...report, ledAtMs: this.#parts.world.clock.wallMs() };
  }

  #needsNewer(report: KnownReport): boolean {
    const { lockId, conflictingEpoch = 0 } = report;
    const { locks, rosters } = this.#parts;
    const head = rosters.head(lockId);
    // Whatever ended `admit` may have kept it from making one.
    if (head?.generation !== locks.get(lockId)?.generation) return true;
    const epoch = head?.epoch ?? 0;
    // A database that was put back from a backup may be behind what gateways and locks have.
    return leadOf(report, epoch) > 0 || conflictingEpoch >= epoch;
  }

  #timeToken({ lockId, timeWanted, challenge }: HeardReport): Promise<Uint8Array> | undefined {
    return timeWanted && challenge ? this.signTime(lockId, fromHex(challenge.value)) : undefined;
  }

  #bundles(gatewayId: string, timeTokens: readonly Uint8Array[], { bytesMax = BUNDLE_BYTES_MAX }: BundleOptions) {
    const behind = this.#parts.reports
      .ofGateway(gatewayId)
      .flatMap((report) => documentsFor(this.#parts, report) ?? []);
    return packBundles(this.issuerId, timeTokens, behind, bytesMax);
  }
}

/** By how much the gateway or the lock is ahead of the epoch given here. */
function leadOf({ reportedEpoch, wantedEpoch }: HeardReport, epoch: number): number {
  return Math.max(reportedEpoch, wantedEpoch) - epoch;
}
