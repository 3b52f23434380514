import type { Bundle } from "../../../gateway/fleet/bundle.ts";
import { bundleJson } from "../../../gateway/fleet/bundle-json.ts";
import type { LockReport, Reports } from "../../../gateway/fleet/lock-report.ts";
import { readBundle } from "../../../gateway/fleet/read-bundle.ts";
import type { BackendAnswer } from "../../../gateway/uplink/backend-answer.ts";
import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import type { Uplink } from "../../../gateway/uplink/uplink.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { secondsOf } from "./carrier.ts";
import { recordOf } from "./events.ts";
import { type FarIssuer, grantIdOf, type IssuedRoster } from "./issuer.ts";

const ASK_EVERY_MS = 600_000;
const HEAD_BYTES = 16;
const ISSUER_ID = "0011223344556677";
const MAY_REVOKE = 1_000;

/** The backend that the gateway reports to, with its issuer: sends down what was issued, and a time token where one is wanted. */
export class FarBackend implements Uplink {
  readonly name = "the backend";
  readonly hasLanes = false;
  readonly askEveryMs = ASK_EVERY_MS;
  readonly events: CloudEvent[] = [];
  readonly receipts: Uint8Array[] = [];
  readonly tokens: Uint8Array[] = [];
  readonly #clock: Clock;
  readonly #issuer: FarIssuer;
  readonly #waiting: IssuedRoster[] = [];

  constructor(clock: Clock, issuer: FarIssuer) {
    this.#clock = clock;
    this.#issuer = issuer;
  }

  /** Goes down with the answer to the next report. */
  send(roster: IssuedRoster): void {
    this.#waiting.push(roster);
  }

  async deliver(batch: readonly CloudEvent[]): Promise<BackendAnswer> {
    this.events.push(...batch);
    const through = batch.flatMap(({ data }) => ("seq" in data ? [data] : [])).at(-1);
    const receipts = batch.flatMap((event) => this.#receipt(event) ?? []);
    this.receipts.push(...receipts);
    return {
      results: batch.map(({ id }) => ({ id, outcome: "accepted" as const })),
      ...(through && { durableThrough: [{ ...through }] }),
      lockReceipts: receipts,
    };
  }

  async report({ reports }: Reports): Promise<BackendAnswer> {
    const timeTokens = reports.flatMap((report) => this.#token(report) ?? []);
    this.tokens.push(...timeTokens);
    const rosters = this.#waiting.splice(0);
    if (timeTokens.length === 0 && rosters.length === 0) return {};
    const bundle: Bundle = {
      issuerId: ISSUER_ID,
      grants: rosters.flatMap(({ grants }) => grants),
      rosters: rosters.map(({ document, grants }) => ({
        document,
        grants: { kind: "all", all: grants.map((grant) => toHex(grantIdOf(grant))) },
        mayRevoke: MAY_REVOKE,
      })),
      timeTokens,
    };
    return { documents: readBundle(JSON.parse(JSON.stringify(bundleJson(bundle)))) };
  }

  async close(): Promise<void> {}

  #token({ lockId, timeWanted, challenge }: LockReport): Uint8Array | undefined {
    if (!timeWanted || !challenge) return undefined;
    const time = secondsOf(this.#clock);
    return this.#issuer.timeToken({ lockId: fromHex(lockId), challenge: fromHex(challenge.value), time });
  }

  /** For what a signed head covers. */
  #receipt({ data }: CloudEvent): Uint8Array | undefined {
    if (!("document" in data)) return undefined;
    const { lockId, generation, seq } = data;
    const own = this.events.filter((event) => event.data.lockId === lockId).flatMap((event) => recordOf(event) ?? []);
    const record = own.find((each) => each.generation === generation && each.seq === seq)?.record;
    return (
      record && this.#issuer.receipt({ lockId: fromHex(lockId), generation, seq, head: record.slice(-HEAD_BYTES) })
    );
  }
}
