import type { Suite } from "../../crypto/suite.ts";
import { granted, LockDisagrees } from "../../gateway/link/lock-disagrees.ts";
import { type LogHead, verifyLogHead } from "../../protocol/documents/log-head.ts";
import { firstHash, verifyChain } from "../../protocol/log/chain.ts";
import { decodeRecord, RECORD_BYTES } from "../../protocol/log/record.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { LOG_HEAD_NONCE_BYTES } from "../../protocol/wire/commands.ts";
import { Reason, reasonName } from "../../protocol/wire/reason.ts";
import { HEAD_BYTES, READ_LOG_RECORDS_MAX } from "../../protocol/wire/responses.ts";
import type { PassSession, PhoneParts } from "./pass-session.ts";

/** How far a log is known; `head` is h of record `seq`, 16 bytes. */
export interface LogPosition {
  readonly generation: number;
  readonly seq: number;
  readonly head: Uint8Array;
}

/** What a phone carries away of one generation's log. */
export interface CarriedLog {
  /** Unbroken runs of records (48 bytes each). What lies between two runs, or before the first, the lock has lost. */
  readonly runs: readonly { readonly firstSeq: number; readonly records: Uint8Array }[];
  /** The lock's signed word (a log head) for every record through `end`. */
  readonly head: Uint8Array;
  readonly end: LogPosition;
}

/**
 * Carries events out, each batch checked against the chain, all of them against the lock's signed head (protocol.md §6, §9):
 * from `known` on, earlier generations first, or from the beginning of this generation. What happens meanwhile waits for
 * the next visit. Throws ProtocolError (LockDisagrees) if the log does not hold.
 */
export async function carryLogOut(
  { suite, random }: PhoneParts,
  session: PassSession,
  known?: LogPosition,
): Promise<CarriedLog[]> {
  const ask = (generation?: number) => askHead(session, suite, random.bytes(LOG_HEAD_NONCE_BYTES), generation);
  const newest = (await ask())!;
  const current = newest.claims.generation;
  if (known && known.generation > current) {
    throw new LockDisagrees("the lock has gone back to an earlier generation of its log");
  }
  const logs: CarriedLog[] = [];
  for (let earlier = known?.generation ?? current; earlier < current; earlier++) {
    const head = await ask(earlier);
    if (head) logs.push(await readThrough(suite, session, head, known));
  }
  return [...logs, await readThrough(suite, session, newest, known)];
}

interface SignedHead {
  readonly document: Uint8Array;
  readonly claims: LogHead;
}

/** Undefined if a generation is named and the lock has nothing left of it. */
async function askHead(
  session: PassSession,
  suite: Suite,
  nonce: Uint8Array,
  generation?: number,
): Promise<SignedHead | undefined> {
  const response = await session.command({ name: "logHead", nonce, ...(generation !== undefined && { generation }) });
  const isForgotten = generation !== undefined && !response.ok && response.refusal.reason === Reason.notFound;
  if (isForgotten) return undefined;
  const { document } = granted("to sign its log", response);
  const verified = verifyLogHead(suite, document, session.lock.sigPk);
  if (!verified.ok)
    throw new LockDisagrees(`the head of the lock's log does not verify: ${reasonName(verified.reason)}`);
  const claims = verified.value;
  const isAnswer = equalBytes(claims.lockId, session.lock.lockId) && equalBytes(claims.nonce, nonce);
  if (!isAnswer || (generation !== undefined && claims.generation !== generation)) {
    throw new LockDisagrees("the head of the lock's log answers another question");
  }
  return { document, claims };
}

async function readThrough(
  suite: Suite,
  session: PassSession,
  { document, claims }: SignedHead,
  known: LogPosition | undefined,
): Promise<CarriedLog> {
  const { generation } = claims;
  const { lockId, sigPk } = session.lock;
  const beginning = { generation, seq: 0, head: firstHash(suite, lockId, generation, sigPk) };
  let at = known?.generation === generation ? known : beginning;
  const runs: { firstSeq: number; records: Uint8Array }[] = [];
  while (at.seq < claims.seq) {
    const max = Math.min(claims.seq - at.seq, READ_LOG_RECORDS_MAX);
    const response = await session.command({ name: "readLog", fromSeq: at.seq + 1, max, generation });
    const run = granted("to show its log", response);
    at = follow(suite, at, run);
    runs.push(run);
  }
  if (at.seq !== claims.seq || !equalBytes(at.head, claims.head)) throw brokenLog(at.seq, "the lock signs another log");
  return { runs, head: document, end: at };
}

/** Where the log stands after this batch. */
function follow(suite: Suite, at: LogPosition, batch: { firstSeq: number; records: Uint8Array }): LogPosition {
  const { firstSeq, records } = batch;
  const fromSeq = at.seq + 1;
  if (firstSeq < fromSeq || records.length === 0) throw brokenLog(fromSeq, "the lock shows other records");
  // What stood before a gap is lost, so its first record can only be taken at its word; the signed head covers it.
  const isGap = firstSeq > fromSeq;
  const isFirstOfRun = isGap && decodeRecord(records.subarray(0, RECORD_BYTES)).seq === firstSeq;
  if (isGap && !isFirstOfRun) throw brokenLog(firstSeq, "wrong seq");
  const verified = isGap
    ? verifyChain(
        suite,
        records.subarray(RECORD_BYTES - HEAD_BYTES, RECORD_BYTES),
        firstSeq + 1,
        records.subarray(RECORD_BYTES),
      )
    : verifyChain(suite, at.head, firstSeq, records);
  if (!verified.ok) throw brokenLog(verified.atSeq, verified.why);
  return { generation: at.generation, seq: verified.lastSeq, head: verified.head };
}

function brokenLog(seq: number, why: string): LockDisagrees {
  return new LockDisagrees(`the lock's log does not hold at record ${seq}: ${why}`);
}
