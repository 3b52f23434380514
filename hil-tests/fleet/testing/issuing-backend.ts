import type { DocumentResult } from "../../../gateway/fleet/bundle.ts";
import { bundleJson } from "../../../gateway/fleet/bundle-json.ts";
import type { LockReport, Reports } from "../../../gateway/fleet/lock-report.ts";
import { readBundle } from "../../../gateway/fleet/read-bundle.ts";
import type { IssuerOffice } from "../../../gateway/rights/issuer-office.ts";
import type { BackendAnswer } from "../../../gateway/uplink/backend-answer.ts";
import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { type Uplink, UplinkError } from "../../../gateway/uplink/uplink.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import { HEAD_BYTES } from "../../../protocol/wire/responses.ts";

const ASK_EVERY_MS = 5_000;

/** A backend in the same process that takes every event and has an issuer; what it says goes through JSON as on every uplink. */
export class IssuingBackend implements Uplink {
  readonly name = "the backend";
  readonly hasLanes = false;
  readonly askEveryMs = ASK_EVERY_MS;
  readonly #office: IssuerOffice;
  /** What the gateway told of each lock last, and of every document. */
  readonly reports = new Map<string, LockReport>();
  readonly results: DocumentResult[] = [];
  readonly events: CloudEvent[] = [];
  isAway = false;
  /** It does not hear what becomes of documents, and goes on sending them. */
  isDeaf = false;
  /** What the gateway gets in the place of what the issuer would send it. */
  forge: ((bundle: object | undefined) => object | undefined) | undefined;

  constructor(office: IssuerOffice) {
    this.#office = office;
  }

  async deliver(batch: readonly CloudEvent[]): Promise<BackendAnswer> {
    this.#expectReached();
    this.events.push(...batch);
    const through = batch.flatMap(({ data }) => ("seq" in data ? [data] : [])).at(-1);
    return {
      results: batch.map(({ id }) => ({ id, outcome: "accepted" as const })),
      ...(through && { durableThrough: [{ ...through }] }),
      lockReceipts: await Promise.all(batch.flatMap((event) => this.#receipt(event) ?? [])),
    };
  }

  async report(message: Reports): Promise<BackendAnswer> {
    this.#expectReached();
    const json = JSON.parse(JSON.stringify(message)) as Reports;
    for (const report of json.reports) this.reports.set(report.lockId, report);
    this.results.push(...json.results);
    const { strangers } = await this.#office.hear(this.isDeaf ? { ...json, results: [] } : json);
    if (strangers.length > 0) {
      const { gatewayId } = json;
      await this.#office.admit({
        gatewayId,
        reports: json.reports.filter(({ lockId }) => strangers.some((stranger) => stranger.lockId === lockId)),
      });
    }
    const [bundle] = (await this.#office.hear({ ...json, results: [] })).bundles;
    const sent = this.forge ? this.forge(bundle && bundleJson(bundle)) : bundle && bundleJson(bundle);
    return sent ? { documents: readBundle(JSON.parse(JSON.stringify(sent))) } : {};
  }

  async close(): Promise<void> {}

  /** For what a signed head covers. */
  #receipt({ data }: CloudEvent): Promise<Uint8Array> | undefined {
    if (!("document" in data)) return undefined;
    const { lockId, generation, seq } = data;
    const record = this.events.find((event) => "record" in event.data && isAt(event, lockId, generation, seq));
    if (!record || !("record" in record.data)) return undefined;
    const head = new Uint8Array(Buffer.from(record.data.record, "base64")).slice(-HEAD_BYTES);
    return this.#office.signReceipt({ lockId: fromHex(lockId), generation, seq, head });
  }

  #expectReached(): void {
    if (this.isAway) throw new UplinkError("unreachable", "the backend does not answer");
  }
}

function isAt({ data }: CloudEvent, lockId: string, generation: number, seq: number): boolean {
  return data.lockId === lockId && data.generation === generation && "seq" in data && data.seq === seq;
}
