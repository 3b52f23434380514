import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Bundle } from "../../gateway/fleet/bundle.ts";
import type { LockReport } from "../../gateway/fleet/lock-report.ts";
import type { GrantRequest } from "../../gateway/rights/grant-request.ts";
import { IssuerOffice } from "../../gateway/rights/issuer-office.ts";
import type { OfficeWorld } from "../../gateway/rights/office-parts.ts";
import { MalformedJson } from "../../gateway/uplink/strict-json.ts";
import { Action, signOrder } from "../../protocol/documents/order.ts";
import type { Receipt } from "../../protocol/documents/receipt.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import type { EventStore } from "./event-store.ts";

/** As JSON: what goes into one answer, or one message, besides what else stands there. */
const DEFAULT_BUNDLE_BYTES_MAX = 128 * 1024;
const ORDER_LIVES_SECONDS = 60;

export interface BackendIssuerWorld extends OfficeWorld {
  /** Whoever pairs a lock tells its key. */
  registered: Pick<EventStore, "lock">;
  /** Of each bundle, as JSON. */
  bundleBytesMax?: number;
}

/**
 * The issuer of a fleet, at its backend: people decide here, their keys are here, and gateways are given what their locks
 * lack. Locks that nobody has registered get nothing.
 */
export class BackendIssuer {
  readonly office: IssuerOffice;
  readonly #suite: Suite;
  readonly #world: BackendIssuerWorld;
  readonly #registered: Pick<EventStore, "lock">;
  readonly #bundleBytesMax: number;
  readonly #keys = new Map<string, Secret>();
  readonly #reports = new Map<string, LockReport>();
  /** One message after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(office: IssuerOffice, world: BackendIssuerWorld) {
    this.office = office;
    this.#suite = world.suite;
    this.#world = world;
    this.#registered = world.registered;
    this.#bundleBytesMax = world.bundleBytesMax ?? DEFAULT_BUNDLE_BYTES_MAX;
  }

  static async open(world: BackendIssuerWorld): Promise<BackendIssuer> {
    return new BackendIssuer(await IssuerOffice.open(world), world);
  }

  /** What a gateway has said of one lock, of many, or of documents; resolves with what it needs now. */
  hear(json: unknown): Promise<Bundle[]> {
    const heard = this.#last.then(() => this.#hear(json));
    this.#last = heard.catch(() => {});
    return heard;
  }

  /** As `hear`, for what comes over a broker, where nobody waits to be told that it was malformed: then nothing is needed. */
  async hearFromBroker(json: unknown): Promise<Bundle[]> {
    try {
      return await this.hear(json);
    } catch (error) {
      if (error instanceof MalformedJson) return [];
      throw error;
    }
  }

  /** What a gateway needs by what it said last: since people have decided something. */
  needs(gatewayId: string): Bundle[] {
    return this.office.bundlesFor(gatewayId, { bytesMax: this.#bundleBytesMax });
  }

  /** As last heard. */
  report(lockId: string): LockReport | undefined {
    return this.#reports.get(lockId);
  }

  /** A grant for somebody whose key is made and kept here; returns the grant's id. */
  async grantByKey(request: Omit<GrantRequest, "with">): Promise<string> {
    const key = this.#suite.p256PrivateKey((length) => this.#world.random.bytes(length));
    const publicKey = toHex(this.#suite.p256PublicKey(key));
    const { row } = await this.office.rights.grants.add({ ...request, with: [{ kind: "key", publicKey }] });
    this.#keys.set(row.id, key);
    return row.id;
  }

  /** That person's order to unlock, over this challenge in hex. Undefined if the key is not here. */
  unlockOrder(grantId: string, lockId: string, challenge: string): Uint8Array | undefined {
    const key = this.#keys.get(grantId);
    return (
      key &&
      signOrder(this.#suite, key, {
        lockId: fromHex(lockId),
        challenge: fromHex(challenge),
        action: Action.unlock,
        grantId: fromHex(grantId),
        notAfter: Math.floor(this.#world.clock.wallMs() / 1000) + ORDER_LIVES_SECONDS,
      })
    );
  }

  signReceipt(receipt: Receipt): Promise<Uint8Array> {
    return this.office.signReceipt(receipt);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.office.close();
  }

  async #hear(json: unknown): Promise<Bundle[]> {
    const heard = await this.office.hear(json, { bytesMax: this.#bundleBytesMax });
    const reports = reportsOf(json);
    for (const report of reports) this.#reports.set(report.lockId, report);
    const isStranger = (report: LockReport) => heard.strangers.some(({ lockId }) => lockId === report.lockId);
    const own = reports.filter((report) => isStranger(report) && this.#mayAdmit(report));
    if (own.length === 0) return heard.bundles;
    await this.office.admit({ gatewayId: own[0]?.gatewayId, reports: own });
    return (await this.office.hear(json, { bytesMax: this.#bundleBytesMax })).bundles;
  }

  /**
   * Whoever paired the lock has told its key: a gateway could invent one. The key that receives secrets is that of the first
   * report, when the gateway had just been put up; one that is stolen later might name its own.
   */
  #mayAdmit({ lockId, sigPk, boxPk }: LockReport): boolean {
    const registered = this.#registered.lock(lockId)?.sigPk;
    const known = this.office.locks.get(lockId)?.boxPk;
    return registered !== undefined && toHex(registered) === sigPk && (!known || toHex(known) === boxPk);
  }
}

/** Of a message that the office has found well formed. */
function reportsOf(json: unknown): readonly LockReport[] {
  const { reports, lockId } = json as { reports?: readonly LockReport[]; lockId?: string };
  return reports ?? (lockId === undefined ? [] : [json as LockReport]);
}
