import { join } from "node:path";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { OrderClaims } from "../../protocol/documents/order.ts";
import type { Receipt } from "../../protocol/documents/receipt.ts";
import type { Random } from "../../protocol/random.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { RequestRefused } from "../api/services.ts";
import type { SiteConfig } from "../config.ts";
import { BUNDLE_BYTES_MAX, type Bundle } from "../fleet/bundle.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { IssuerKeys } from "../issuer/issuer-keys.ts";
import { KeyedIssuer } from "../issuer/keyed-issuer.ts";
import type { Log } from "../log.ts";
import { openDataDirectory } from "../store/data-directory.ts";
import { Database } from "../store/database.ts";
import { IssuerStore } from "../store/issuer-store.ts";
import { KeyChangeStore } from "../store/key-change-store.ts";
import { LockReportStore } from "../store/lock-report-store.ts";
import { type LockRow, LockStore } from "../store/lock-store.ts";
import { RosterStore } from "../store/roster-store.ts";
import { composeRights, type Rights } from "./compose-rights.ts";
import { type HeardReport, readMessage } from "./heard-report.ts";
import { type LockDocuments, packBundles } from "./pack-bundles.ts";
import { type KnownReport, ReportBook } from "./report-book.ts";
import type { RosterKeeper } from "./roster-keeper.ts";
import type { WantedRosters } from "./wanted-rosters.ts";

export interface OfficeWorld {
  suite: Suite;
  clock: Clock;
  random: Random;
  log: Log;
  /** Holds `issuer.key` and `portvakt.db`; a gateway's data directory has the same form. Made if it is not there. */
  directory: string;
  site: SiteConfig;
  /** A lock is to have another roster: its gateway may be told at once. */
  changed?: (lockId: string) => void;
}

export interface BundleOptions {
  /** Of each bundle in its JSON form. */
  bytesMax?: number;
}

/** What a gateway's message has led to. */
export interface Heard {
  /** What the gateway needs now; none if it is in step. Each helps alone, so one may go down now and the others later. */
  bundles: Bundle[];
  /**
   * Locks that are not known here, or have another identity or generation than when they were taken in. They get nothing
   * before somebody decides to `admit` them: a gateway may invent a lock, to be told what only real ones are.
   */
  strangers: HeardReport[];
}

/** What an office is made of. */
interface OfficeParts {
  world: OfficeWorld;
  database: Database;
  issuer: Issuer;
  locks: LockStore;
  rosters: RosterStore;
  store: IssuerStore;
  reports: ReportBook;
  wanted: WantedRosters;
  keeper: RosterKeeper;
}

/**
 * An issuer whose gateways are elsewhere: it decides and signs, and hears from them how it stands with the locks. A backend
 * passes their reports in and the bundles back (docs/fleet.md, docs/issuer.md); nothing here does any network.
 */
export class IssuerOffice {
  /** 16 hex digits; a gateway takes documents of one issuer alone. */
  readonly issuerId: string;
  readonly rights: Rights;
  readonly #parts: OfficeParts;

  private constructor(issuerId: string, rights: Rights, parts: OfficeParts) {
    this.issuerId = issuerId;
    this.rights = rights;
    this.#parts = parts;
  }

  /** Rejects with StoreError or KeyFileError, one sentence each. */
  static async open(world: OfficeWorld): Promise<IssuerOffice> {
    const { suite, random, directory } = world;
    openDataDirectory(directory);
    const database = Database.open(join(directory, "portvakt.db"));
    try {
      const issuer = new KeyedIssuer(suite, IssuerKeys.load(directory, suite, random, new KeyChangeStore(database)));
      const store = new IssuerStore(database);
      if (store.issuerId() === undefined) await database.write(() => store.drawn(toHex(random.bytes(8))));
      const locks = new LockStore(database);
      const rosters = new RosterStore(database);
      const changed = world.changed ?? (() => {});
      const { wanted, keeper, ...rights } = composeRights({ ...world, database, locks, rosters, issuer, changed });
      const reports = new ReportBook(database, new LockReportStore(database));
      const parts = { world, database, issuer, locks, rosters, store, reports, wanted, keeper };
      return new IssuerOffice(store.issuerId() ?? "", rights, parts);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Compressed point, 33 bytes: what gateways are configured with, and locks trust. */
  get publicKey(): Uint8Array {
    return this.#parts.issuer.publicKey;
  }

  get locks(): Pick<LockStore, "list" | "get"> {
    return this.#parts.locks;
  }

  /** Begins to renew rosters in time, before they go stale. */
  start(): void {
    this.#parts.keeper.start();
  }

  async close(): Promise<void> {
    await this.#parts.keeper.close();
    this.#parts.database.close();
  }

  /**
   * Takes a lock in as a gateway reports it, or as it is since a factory reset, and makes its first roster. Rejects with
   * MalformedJson, RequestRefused or StoreError.
   */
  async admit(message: unknown): Promise<LockRow[]> {
    const { suite } = this.#parts.world;
    const { gatewayId, reports } = readMessage(suite, message);
    const admitted: LockRow[] = [];
    for (const report of reports) admitted.push(await this.#admitOne(report));
    await this.#parts.reports.note(gatewayId, reports, []);
    await this.#parts.wanted.renew(admitted.map(({ lockId }) => lockId));
    return admitted;
  }

  /**
   * What a gateway's uplink brought: `{gatewayId, reports, results}`. Rejects with MalformedJson, changing nothing, or with
   * StoreError.
   */
  async hear(message: unknown, options: BundleOptions = {}): Promise<Heard> {
    const { world, reports: book, wanted, rosters } = this.#parts;
    const { gatewayId, reports, results } = readMessage(world.suite, message);
    const strangers = reports.filter((report) => !this.#isKnown(report));
    const known = reports.filter((report) => this.#isKnown(report));
    await book.note(gatewayId, known, results);
    // A database that was put back from a backup may be behind what gateways and locks have.
    const ahead = book
      .ofGateway(gatewayId)
      .filter(({ lockId, reportedEpoch, wantedEpoch }) => {
        const epoch = rosters.wantedEpoch(lockId);
        return reportedEpoch > epoch || wantedEpoch > epoch;
      })
      .map(({ lockId }) => lockId);
    if (ahead.length > 0) await wanted.renew(ahead);
    const timeTokens = await Promise.all(known.flatMap((report) => this.#timeToken(report) ?? []));
    return { bundles: this.#bundles(gatewayId, timeTokens, options), strangers };
  }

  /** What a gateway needs, by what it said last. */
  bundlesFor(gatewayId: string, options: BundleOptions = {}): Bundle[] {
    return this.#bundles(gatewayId, [], options);
  }

  /** "Whatever the newest roster of this lock takes away, it is meant to": gateways then do not ask (docs/fleet.md). */
  async confirmRevocation(lockId: string): Promise<void> {
    const { database, store, rosters, reports } = this.#parts;
    const epoch = rosters.wantedEpoch(lockId);
    const counts = reports
      .ofLock(lockId)
      .map(({ wantedEpoch }) => rosters.changesSince(lockId, wantedEpoch)?.drop.length);
    const grants = Math.max(0, ...counts.map((count) => count ?? GRANTS_PER_LOCK_MAX));
    await database.write(() => store.putMeantRevocation(lockId, epoch, grants));
  }

  /** "These records are kept for good" (protocol.md §7). The lock may forget them. */
  signReceipt(receipt: Receipt): Promise<Uint8Array> {
    return this.#parts.issuer.signReceipt(receipt);
  }

  /** The time of this machine's clock, over a challenge of 8 bytes that the lock has drawn lately. */
  signTime(lockId: string, challenge: Uint8Array): Promise<Uint8Array> {
    return this.#parts.issuer.signTimeToken({ lockId: fromHex(lockId), challenge, time: this.#nowSeconds() });
  }

  /** For actions 5 and 6 (protocol.md §7); bearers sign the others themselves. */
  signOrder(claims: OrderClaims): Promise<Uint8Array> {
    return this.#parts.issuer.signOrder(claims);
  }

  async #admitOne(report: HeardReport): Promise<LockRow> {
    const { world, locks } = this.#parts;
    const { lockId, gatewayId, generation, model, hardware, firmware, sigPk, boxPk } = report;
    if (this.rights.groups.get(lockId)) {
      throw new RequestRefused(
        "field-invalid",
        `${lockId} is a group's id, which an aud could not tell apart`,
        "lockId",
      );
    }
    const before = locks.get(lockId);
    const lock = {
      lockId,
      via: before?.via ?? `gateway ${gatewayId}`,
      model,
      hardware,
      firmware,
      sigPk: fromHex(sigPk),
      boxPk: fromHex(boxPk),
      generation,
      pairedAtMs: before?.pairedAtMs ?? world.clock.wallMs(),
    };
    await locks.put(lock);
    return lock;
  }

  #isKnown({ lockId, generation, sigPk, boxPk }: HeardReport): boolean {
    const lock = this.#parts.locks.get(lockId);
    return lock?.generation === generation && toHex(lock.sigPk) === sigPk && toHex(lock.boxPk) === boxPk;
  }

  #timeToken({ lockId, timeWanted, challenge }: HeardReport): Promise<Uint8Array> | undefined {
    return timeWanted && challenge ? this.signTime(lockId, fromHex(challenge.value)) : undefined;
  }

  #bundles(gatewayId: string, timeTokens: readonly Uint8Array[], { bytesMax = BUNDLE_BYTES_MAX }: BundleOptions) {
    const behind = this.#parts.reports.ofGateway(gatewayId).flatMap((report) => this.#documentsFor(report) ?? []);
    return packBundles(this.issuerId, timeTokens, behind, bytesMax);
  }

  /** Undefined if the gateway has it all, or has said that it will not take it. */
  #documentsFor({ lockId, generation, wantedEpoch, lacks, answered }: KnownReport): LockDocuments | undefined {
    const { rosters, store } = this.#parts;
    const head = rosters.head(lockId);
    if (!head || head.generation !== generation || wantedEpoch >= head.epoch) return undefined;
    const mayRevoke = store.meantRevocation(lockId, head.epoch);
    const isAnswered = answered?.epoch === head.epoch && !(answered.outcome === "held" && mayRevoke !== undefined);
    if (isAnswered) return undefined;
    const changes = wantedEpoch === 0 || lacks !== undefined ? undefined : rosters.changesSince(lockId, wantedEpoch);
    const all = rosters.entries(lockId).map(({ id }) => id);
    const put = changes?.put.map(({ id }) => id);
    const sent = put ?? (Array.isArray(lacks) ? all.filter((id) => lacks.includes(id)) : all);
    return {
      roster: {
        document: head.document,
        grants:
          changes && put ? { kind: "difference", since: wantedEpoch, put, drop: changes.drop } : { kind: "all", all },
        ...(mayRevoke !== undefined && { mayRevoke }),
      },
      grants: new Map(sent.flatMap((id) => entryOf(id, rosters.grantDocument(lockId, id)))),
    };
  }

  #nowSeconds(): number {
    return Math.floor(this.#parts.world.clock.wallMs() / 1000);
  }
}

/** What a lock's table holds. */
const GRANTS_PER_LOCK_MAX = 1_000;

function entryOf(id: string, document: Uint8Array | undefined): [string, Uint8Array][] {
  return document ? [[id, document]] : [];
}
