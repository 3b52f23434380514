import { POINT_BYTES, type Suite } from "../../crypto/suite.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { idOf, listOf, MalformedJson, textOf, uintOf } from "../uplink/strict-json.ts";

/** What an issuer believes of a gateway's report of a lock (docs/fleet.md): enough to sign what comes next. Bytes are in hex. */
export interface HeardReport {
  gatewayId: string;
  lockId: string;
  generation: number;
  model: string;
  hardware: number;
  firmware: number;
  /** Compressed points. */
  sigPk: string;
  boxPk: string;
  /** Of the roster that the gateway is to bring; 0 if none has come. */
  wantedEpoch: number;
  /** Of the roster that the lock has; 0 if it has not said. */
  reportedEpoch: number;
  challenge?: { slot: number; value: string };
  /** A time token over the challenge is asked for. */
  timeWanted: boolean;
}

/** What has become of a roster that was sent. */
export interface HeardResult {
  lockId: string;
  epoch: number;
  outcome: string;
  code?: string;
  /** Ids of grants that the gateway has not got. */
  missing: string[];
}

export interface HeardMessage {
  gatewayId: string;
  reports: HeardReport[];
  results: HeardResult[];
}

const LOCKS_MAX = 10_000;
const RESULTS_MAX = 10_000;
const MISSING_MAX = 1_000;
const MODEL_CHARACTERS_MAX = 32;
const WORD_CHARACTERS_MAX = 100;
const CHALLENGE_BYTES = 8;
/** No issuer comes so far; a gateway that says so would use up the epochs that are left. */
const EPOCH_MAX = 2 ** 31;

/**
 * Reads what a gateway's uplink says: `{gatewayId, reports, results}`, or one report alone. Members that the issuer has no use for are passed
 * over, so that newer gateways may say more. Throws MalformedJson.
 */
export function readMessage(suite: Suite, json: unknown): HeardMessage {
  const message = objectOf(json, "the message");
  if (message.reports === undefined && message.results === undefined) {
    const report = readReport(suite, json, "report");
    return { gatewayId: report.gatewayId, reports: [report], results: [] };
  }
  const gatewayId = idOf(message.gatewayId, "gatewayId");
  const reports = listOf(message.reports ?? [], "reports", LOCKS_MAX, (item, where) => readReport(suite, item, where));
  const stranger = reports.findIndex((report) => report.gatewayId !== gatewayId);
  if (stranger >= 0) throw new MalformedJson(`reports[${stranger}] is another gateway's`);
  // Each may cost a signature or two.
  const lockIds = new Set(reports.map(({ lockId }) => lockId));
  if (lockIds.size < reports.length) throw new MalformedJson("reports has two of one lock");
  const results = listOf(message.results ?? [], "results", RESULTS_MAX, readResult);
  return { gatewayId, reports, results: results.filter((result) => result !== undefined) };
}

function readReport(suite: Suite, json: unknown, where: string): HeardReport {
  const report = objectOf(json, where);
  const wanted = objectOf(report.wanted, `${where}.wanted`);
  const reported = report.reported === undefined ? undefined : objectOf(report.reported, `${where}.reported`);
  const challenge = report.challenge === undefined ? undefined : objectOf(report.challenge, `${where}.challenge`);
  return {
    gatewayId: idOf(report.gatewayId, `${where}.gatewayId`),
    lockId: idOf(report.lockId, `${where}.lockId`),
    generation: uintOf(report.generation, `${where}.generation`),
    model: modelOf(report.model, `${where}.model`),
    hardware: uintOf(report.hardware, `${where}.hardware`),
    firmware: uintOf(report.firmware, `${where}.firmware`),
    sigPk: pointOf(suite, report.sigPk, `${where}.sigPk`),
    boxPk: pointOf(suite, report.boxPk, `${where}.boxPk`),
    wantedEpoch: epochOf(wanted.epoch, `${where}.wanted.epoch`),
    reportedEpoch: reported ? epochOf(reported.epoch, `${where}.reported.epoch`) : 0,
    ...(challenge && {
      challenge: {
        slot: uintOf(challenge.slot, `${where}.challenge.slot`),
        value: hexOf(challenge.value, `${where}.challenge.value`, CHALLENGE_BYTES),
      },
    }),
    timeWanted: report.timeWanted === true,
  };
}

/** Undefined for what is no roster's, or of one that could not be read or was never sent: what is still needed, the next report says. */
function readResult(json: unknown, where: string): HeardResult | undefined {
  const result = objectOf(json, where);
  const [, lockId, epoch] = /^([0-9a-f]{16}):(\d{1,10})$/.exec(String(result.id)) ?? [];
  if (result.kind !== "roster" || lockId === undefined || Number(epoch) > EPOCH_MAX) return undefined;
  return {
    lockId,
    epoch: Number(epoch),
    outcome: textOf(result.outcome, `${where}.outcome`, WORD_CHARACTERS_MAX),
    ...(result.code !== undefined && { code: textOf(result.code, `${where}.code`, WORD_CHARACTERS_MAX) }),
    missing: listOf(result.missing ?? [], `${where}.missing`, MISSING_MAX, idOf),
  };
}

function objectOf(json: unknown, where: string): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new MalformedJson(`${where} is no object`);
  return json as Record<string, unknown>;
}

/** As the lock calls itself: nothing, or what a terminal would obey, for all that pairing cares. */
function modelOf(json: unknown, where: string): string {
  if (typeof json === "string" && json.length <= MODEL_CHARACTERS_MAX) return json.replaceAll(/\p{Cc}/gu, "?");
  throw new MalformedJson(`${where} is no text of at most ${MODEL_CHARACTERS_MAX} characters`);
}

function epochOf(json: unknown, where: string): number {
  const epoch = uintOf(json, where);
  if (epoch > EPOCH_MAX) throw new MalformedJson(`${where} is above ${EPOCH_MAX}`);
  return epoch;
}

function hexOf(json: unknown, where: string, bytes: number): string {
  if (typeof json === "string" && json.length === 2 * bytes && /^[0-9a-f]*$/.test(json)) return json;
  throw new MalformedJson(`${where} is not ${2 * bytes} lower-case hexadecimal digits`);
}

function pointOf(suite: Suite, json: unknown, where: string): string {
  const point = hexOf(json, where, POINT_BYTES);
  if (!suite.isP256PublicKey(fromHex(point))) throw new MalformedJson(`${where} is no compressed point on P-256`);
  return point;
}
