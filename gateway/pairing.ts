import type { Secret } from "../crypto/secret.ts";
import type { Suite } from "../crypto/suite.ts";
import type { Clock } from "../protocol/clock.ts";
import type { Label } from "../protocol/documents/label.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import type { Random } from "../protocol/random.ts";
import type { LockInfo, SiteInfo } from "../protocol/session/pair-contents.ts";
import { toHex } from "../protocol/wire/bytes.ts";
import { RefusedByPeer } from "../protocol/wire/expect-message.ts";
import { type PairingService, RequestRefused } from "./api/services.ts";
import type { Issuer } from "./issuer/issuer.ts";
import { exchangeKeys } from "./link/exchange-keys.ts";
import { allowPairing, forgetSlot } from "./link/issuer-order.ts";
import { describeTrouble } from "./link/link-trouble.ts";
import type { LockLinks } from "./link/lock-links.ts";
import { proveSlot } from "./link/prove-slot.ts";
import type { Log } from "./log.ts";
import { readLabel, readVia } from "./pairing-request.ts";
import type { LockStore } from "./store/lock-store.ts";
import type { PairingRow, PairingStore } from "./store/pairing-store.ts";
import type { RosterStore } from "./store/roster-store.ts";
import { StoreError } from "./store/store-error.ts";
import type { Reconciler } from "./sync/reconciler.ts";
import type { SiteTime } from "./sync/site-time.ts";
import type { Transport } from "./transport/channel.ts";

const FIRST_ROSTER_WITHIN_MS = 120_000;
const PAIRING_ID_BYTES = 8;

/** What is being done, in words for people. */
const Step = {
  connecting: "connecting to the lock",
  asking: "asking the lock for its keys (P1)",
  /** From here on PMK is durable. */
  telling: "telling the lock its issuer (P3)",
  proving: "opening the first session",
  roster: "bringing the first roster",
  done: "in step",
  /** Where the issuer is elsewhere: nothing more is to be done here. */
  handedOver: "paired; what it lets in, the issuer has to say",
} as const;

export interface PairingsParts {
  suite: Suite;
  random: Random;
  clock: Clock;
  log: Log;
  transport: Transport;
  /** Undefined where the issuer is elsewhere. */
  issuer: Issuer | undefined;
  /** Whom a lock shall trust that is paired now, and by which 8 bytes it knows this gateway. */
  site: () => Omit<SiteInfo, "time">;
  locks: LockStore;
  pairings: PairingStore;
  rosters: RosterStore;
  siteTime: SiteTime;
  links: LockLinks;
  reconciler: Reconciler;
  /** Makes a wanted roster for this lock. */
  renewRoster: (lockId: string) => Promise<void>;
}

const WRONG_LABEL = "This is the label of another lock, or the way leads to another lock. Compare both and try again.";
const RESTARTED_TOO_EARLY = "The gateway was restarted before the lock had answered. Press the button and pair again.";
const NEVER_TAKEN = "The lock has not taken the pairing. Press the button inside the door and pair again.";

/** The attempt is over; the message is a sentence that says what to do. */
class PairingFailed extends Error {
  override readonly name = "PairingFailed";
}

/**
 * PAIR (protocol.md §2) and what follows it until the lock is in step. Each step is durable before the next, so that a gateway
 * that was killed goes on where it was.
 */
export class Pairings implements PairingService {
  readonly #parts: PairingsParts;
  /** By lock id. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(parts: PairingsParts) {
    this.#parts = parts;
  }

  async start(request: { label: string; via: string }): Promise<PairingRow> {
    const { suite, random, clock, pairings } = this.#parts;
    const label = readLabel(suite, request.label);
    const lockId = toHex(label.lockId);
    const row: PairingRow = {
      id: toHex(random.bytes(PAIRING_ID_BYTES)),
      via: readVia(request.via, lockId),
      lockId,
      state: "running",
      step: Step.connecting,
      createdAtMs: clock.wallMs(),
    };
    if (this.#running.has(lockId)) {
      throw new RequestRefused("pairing-running", `Lock ${lockId} is being paired already.`, "label");
    }
    this.#run(row, async () => {
      if (await this.#takeUp(row)) return;
      const replacedSlot = await this.#permitAnother(lockId);
      const refusal = await this.#exchangeKeys(row, label);
      await this.#finish(row, refusal);
      if (replacedSlot !== undefined) await this.#giveUpSlot(lockId, replacedSlot);
    });
    await pairings.put(row);
    return { ...row };
  }

  /** After a start of the daemon: goes on with what the last one left. */
  resumeAll(): void {
    for (const row of this.#parts.pairings.running()) {
      this.#run(row, async () => {
        if (row.step === Step.connecting || row.step === Step.asking) throw new PairingFailed(RESTARTED_TOO_EARLY);
        await this.#finish(row);
      });
    }
  }

  /** Settles when no pairing is at work; the reconciler and the links have to be closed meanwhile. */
  async close(): Promise<void> {
    this.#closing.abort(new PairingFailed("The gateway is stopping."));
    await Promise.all(this.#running.values());
  }

  #run(row: PairingRow, work: () => Promise<void>): void {
    const ended = this.#runToEnd(row, work).finally(() => this.#running.delete(row.lockId));
    this.#running.set(row.lockId, ended);
  }

  async #runToEnd(row: PairingRow, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      await this.#end(row, { state: "done", step: this.#hasRoster(row.lockId) ? Step.done : Step.handedOver });
    } catch (error) {
      // The next start goes on with it.
      if (this.#closing.signal.aborted) return;
      const sentence = error instanceof PairingFailed ? error.message : describeTrouble(error);
      if (sentence === undefined) throw error;
      const end = { state: "failed" as const, error: sentence };
      // When it is the disk that failed, the lock may have taken the slot: the next attempt, or start, finds out.
      if (error instanceof StoreError) this.#parts.pairings.tellUnwritten({ ...row, ...end });
      else await this.#end(row, end);
    }
  }

  /** With a full disk the attempt stays as it was there, and the next start goes on with it. The installer waits now. */
  async #end(row: PairingRow, end: Partial<PairingRow>): Promise<void> {
    try {
      if (end.state === "failed") await this.#forgetUnproved(row.lockId);
      await this.#put(row, end);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#parts.pairings.tellUnwritten({ ...row, ...end });
    }
  }

  /** Goes on with the slot that an attempt left when the disk failed. False if there is none, or the lock has not taken it. */
  async #takeUp(row: PairingRow): Promise<boolean> {
    const { locks } = this.#parts;
    if (!locks.candidate(row.lockId)) return false;
    try {
      await this.#finish(row);
      return true;
    } catch (error) {
      if (!(error instanceof PairingFailed) || !locks.candidate(row.lockId)) throw error;
      return false;
    }
  }

  /**
   * A lock that is paired takes another pairing only with the issuer's leave. Returns our slot in it, if it gave that; one that
   * was reset, or can not be reached this way, needs none.
   */
  async #permitAnother(lockId: string): Promise<number | undefined> {
    const { locks, links, issuer } = this.#parts;
    const slot = locks.slot(lockId);
    // A remote issuer gives its leave by an order of its own.
    if (!slot || !issuer) return undefined;
    const isPermitted = await this.#succeeds(
      links.of(lockId).run("unlock", (session) => allowPairing(session, issuer, lockId)),
    );
    return isPermitted ? slot.slot : undefined;
  }

  /** The new slot works: the old one's key shall open nothing any more, and there are four slots only. */
  async #giveUpSlot(lockId: string, slot: number): Promise<void> {
    const { links, issuer } = this.#parts;
    if (!issuer) return;
    await this.#succeeds(links.of(lockId).run("unlock", (session) => forgetSlot(session, issuer, lockId, slot)));
  }

  /** Whether it went well; trouble with the lock or the world is logged. */
  async #succeeds(work: Promise<void>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      const sentence = describeTrouble(error);
      if (sentence === undefined) throw error;
      this.#parts.log.info({}, sentence);
      return false;
    }
  }

  /** Up to P4, or to where its place was. Returns what the lock said against P3, if it did. */
  async #exchangeKeys(row: PairingRow, label: Label): Promise<string | undefined> {
    const { suite, random, transport, siteTime, links } = this.#parts;
    await this.#put(row, { step: Step.connecting });
    // A lock on BLE has one connection: one of ours must not be in the way.
    await links.of(row.lockId).drop();
    const { signal } = this.#closing;
    const channel = await transport.open(row.via, { urgency: "unlock", isPairing: true, signal });
    try {
      await this.#put(row, { step: Step.asking });
      // 0 says that the gateway does not know the time either.
      const site = { ...this.#parts.site(), time: siteTime.now() ?? 0 };
      const commit = (lockInfo: LockInfo, pmk: Secret) => this.#commit(row, lockInfo, pmk);
      const { trouble } = await exchangeKeys({ suite, random, channel, label, site, commit });
      const sentence = describeTrouble(trouble);
      if (trouble !== undefined && sentence === undefined) throw trouble;
      return trouble instanceof RefusedByPeer ? sentence : undefined;
    } catch (error) {
      const isWrongTag = error instanceof ProtocolError && error.code === "wrong-tag";
      throw isWrongTag ? new PairingFailed(WRONG_LABEL) : error;
    } finally {
      label.secret.wipe();
      await channel.close();
    }
  }

  /**
   * The lock, its PMK and the step, all in one transaction: a start after this moment tries OPEN, one before does not. A slot that
   * works already goes on working until the new one is proved.
   */
  async #commit(row: PairingRow, lockInfo: LockInfo, pmk: Secret): Promise<void> {
    const { locks, clock } = this.#parts;
    const { slot, ...told } = lockInfo;
    const { lockId, via } = row;
    const pairedAtMs = locks.get(lockId)?.pairedAtMs ?? clock.wallMs();
    await Promise.all([
      locks.put({ ...told, lockId, via, pairedAtMs }),
      locks.putSlot({ lockId, slot, pmk, live: false, n: 0 }),
      this.#put(row, { step: Step.telling }),
    ]);
  }

  async #finish(row: PairingRow, refusal?: string): Promise<void> {
    const { clock, locks, links, renewRoster, reconciler } = this.#parts;
    const { lockId } = row;
    if (locks.candidate(lockId)) {
      await this.#put(row, { step: Step.proving });
      await this.#prove(lockId, refusal);
      await Promise.all([locks.promoteCandidate(lockId, clock.wallMs()), this.#put(row, { step: Step.roster })]);
      await links.of(lockId).forget();
    }
    if (!this.#hasRoster(lockId)) await renewRoster(lockId);
    reconciler.watch(lockId);
    // An issuer elsewhere signs one when it has heard of the lock.
    if (this.#hasRoster(lockId)) await this.#untilInStep(lockId);
  }

  #hasRoster(lockId: string): boolean {
    const { locks, rosters } = this.#parts;
    return rosters.head(lockId)?.generation === locks.get(lockId)?.generation;
  }

  /** Throws PairingFailed if the lock has not taken the slot, or does not say; `refusal` is what it said against P3. */
  async #prove(lockId: string, refusal: string | undefined): Promise<void> {
    const { clock, random, links } = this.#parts;
    const how = { clock, random, closing: this.#closing.signal };
    const proof = await links.withCandidate(lockId, (link) => proveSlot(link, how));
    if (proof.kind === "proved") return;
    const why = refusal ?? NEVER_TAKEN;
    throw new PairingFailed(proof.kind === "no-slot" ? why : `${why} (${proof.trouble})`);
  }

  async #untilInStep(lockId: string): Promise<void> {
    const { clock, reconciler } = this.#parts;
    const untilMs = clock.monotonicMs() + FIRST_ROSTER_WITHIN_MS;
    for (;;) {
      const status = await reconciler.roundEnd(lockId);
      this.#closing.signal.throwIfAborted();
      if (status?.state === "in-step") return;
      if (clock.monotonicMs() >= untilMs) {
        const why = status?.sentence ?? "";
        throw new PairingFailed(`The lock is paired but not in step yet; the gateway goes on trying. ${why}`);
      }
    }
  }

  /** What a failed attempt leaves: a slot that never lived, and a lock that was not ours before. */
  async #forgetUnproved(lockId: string): Promise<void> {
    const { locks, rosters } = this.#parts;
    if (!locks.candidate(lockId)) return;
    const wasOurs = locks.slot(lockId) !== undefined || rosters.wantedEpoch(lockId) > 0;
    if (wasOurs) await locks.removeCandidate(lockId);
    else await locks.remove(lockId);
  }

  #put(row: PairingRow, change: Partial<PairingRow>): Promise<void> {
    Object.assign(row, change);
    const { lockId, via, state, step, error } = row;
    this.#parts.log.info({ lockId, via, state, step }, error ?? `Pairing: ${step}.`);
    return this.#parts.pairings.put({ ...row });
  }
}
