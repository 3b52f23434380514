import { CCM_TAG_BYTES } from "../../../crypto/suite.ts";
import { FRAME_BYTES_MAX } from "../../../protocol/wire/messages.ts";
import type { Figure } from "../figure.ts";
import { heldBytes } from "../held-bytes.ts";
import type { Bench, Row } from "../row.ts";
import { stairTimes } from "../site/filled-stair.ts";
import { type Change, ManyLocks } from "../site/many-locks.ts";
import { spread } from "../statistics.ts";

const CHURN = 0.05;
const MIB = 2 ** 20;
const MS_PER_MINUTE = 60_000;
/** Of C and of R around what they carry (protocol.md §3). */
const ENVELOPE_BYTES = 3 + CCM_TAG_BYTES;
/** A command is `[code, …]`, its list another array; each document or id in it has a head. */
const COMMAND_HEAD_BYTES = 3;
const DOCUMENT_HEAD_BYTES = 3;
const ID_WITH_HEAD_BYTES = 9;
/** `[0]`. */
const REPLY_BYTES = 2;
const ROOM_BYTES = FRAME_BYTES_MAX - ENVELOPE_BYTES - COMMAND_HEAD_BYTES;

export const reconcile: Row = {
  name: "reconcile",
  how:
    "10,000 grants on 300 locks: 33 residents at each lock, 100 carers at 200 of them together, so that a table has 34 or 134 grants. " +
    "A whole gateway with its database on the disk, emulated locks in memory with their own firmware. *First fill*: all at once, the locks had the operator's " +
    "grant alone. *Revocation*: one carer's grant, at 200 locks. *Churn*: 5 % of residents move out, and as many in. Round trips and " +
    "bytes are all that passed until the locks were in step, with STATUS before and the event of the new roster afterwards (READ LOG, LOG HEAD, ACK LOG); *the " +
    "least possible* is BEGIN, COMMIT and as few DROPs and PUTs as the difference can be had in, and nothing else. *Drafting*: until all new rosters are " +
    "signed and durable. Over the air: some locks on the realistic virtual radio with unmodified noble and bleno, 133 grants each at " +
    "first, in virtual time, until each lock has its roster; *300 locks* is that time for as many by one adapter.",

  async measure(bench) {
    const site = await ManyLocks.make(bench, bench.effort.rights);
    const figures = [
      ...figuresOf("fill", "first fill", await site.fill()),
      ...figuresOf("revocation", "a revocation", await site.revokeCarer()),
      ...figuresOf("churn", "churn", await site.churn(CHURN)),
      single("database", "the database then", "MiB", site.databaseBytes() / MIB),
    ];
    const withGateway = heldBytes();
    await site.close();
    figures.push(
      single("memory", "memory that the gateway gives back when it ends", "MiB", (withGateway - heldBytes()) / MIB),
      single("turn", "a revocation: the longest that the daemon does nothing else", "ms", await site.longestTurnMs()),
    );
    return [...figures, ...(await overTheAir(bench))];
  },
};

function figuresOf(id: string, what: string, { draftedMs, locks, tally, differences }: Change): Figure[] {
  const least = differences.map(leastOf);
  return [
    single(`${id}.drafting`, `${what}: drafting ${locks} rosters`, "ms", draftedMs),
    single(`${id}.roundTrips`, what, "round trips", tally.roundTrips),
    single(
      `${id}.roundTripsMin`,
      `${what}, the least possible`,
      "round trips",
      total(least.map(({ roundTrips }) => roundTrips)),
    ),
    single(`${id}.bytes`, what, "bytes", tally.bytes),
    single(`${id}.bytesMin`, `${what}, the least possible`, "bytes", total(least.map(({ bytes }) => bytes))),
  ];
}

function leastOf({ put, drop, rosterBytes }: Change["differences"][number]): { roundTrips: number; bytes: number } {
  const puts = put.map(({ bytes }) => bytes + DOCUMENT_HEAD_BYTES);
  const drops = drop.map(() => ID_WITH_HEAD_BYTES);
  const roundTrips = 2 + framesAtLeast(puts) + framesAtLeast(drops);
  const envelopes = roundTrips * (2 * ENVELOPE_BYTES + COMMAND_HEAD_BYTES + REPLY_BYTES);
  return { roundTrips, bytes: envelopes + total(puts) + total(drops) + rosterBytes };
}

/** No way of filling frames needs fewer: none holds more bytes, nor more of even the smallest. */
function framesAtLeast(sizes: readonly number[]): number {
  if (sizes.length === 0) return 0;
  const inOneFrame = Math.floor(ROOM_BYTES / Math.min(...sizes));
  return Math.max(Math.ceil(total(sizes) / ROOM_BYTES), Math.ceil(sizes.length / inOneFrame));
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function overTheAir({ effort: { filledStair: locks, rights } }: Bench): Promise<Figure[]> {
  const { residentsPerLock, carers } = rights;
  const times = await stairTimes({ locks, residentsPerLock, carers }, CHURN);
  return Object.entries({
    fill: ["first fill", times.fillMs],
    revocation: ["a revocation", times.revocationMs],
    churn: ["churn", times.churnMs],
  } as const).flatMap(([id, [what, timesMs]]) => [
    {
      id: `air.${id}`,
      what: `over the air, ${locks} locks: ${what}, until a lock has it`,
      unit: "ms",
      measured: spread(timesMs),
    },
    single(
      `air.${id}All`,
      `over the air: ${what} at ${rights.locks} locks`,
      "minutes",
      (Math.max(...timesMs) * rights.locks) / locks / MS_PER_MINUTE,
    ),
  ]);
}

function single(id: string, what: string, unit: string, value: number): Figure {
  return { id, what, unit, measured: { kind: "single", value } };
}
