import assert from "node:assert/strict";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { grantId } from "../../../protocol/documents/grant.ts";
import type { Label } from "../../../protocol/documents/label.ts";
import { Action, type OrderClaims } from "../../../protocol/documents/order.ts";
import { decodeRecord, type LogRecord, RECORD_BYTES } from "../../../protocol/log/record.ts";
import type { Caps } from "../../../protocol/session/caps.ts";
import { readO2, startOpen } from "../../../protocol/session/open.ts";
import { readP2, readP4, startPair, writeP3 } from "../../../protocol/session/pair.ts";
import type { SiteInfo } from "../../../protocol/session/pair-contents.ts";
import { readA2, startPass } from "../../../protocol/session/pass.ts";
import { type ResumeAwaitingS2, readS2, startResume } from "../../../protocol/session/resume.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { type Command, encodeCommand } from "../../../protocol/wire/commands.ts";
import { decodeMessage } from "../../../protocol/wire/messages.ts";
import { decodeResponse, type Response } from "../../../protocol/wire/responses.ts";
import type { CarrierKind } from "../../hal.ts";
import type { Lock } from "../../lock.ts";
import { memoryLock } from "../../memory-lock.ts";
import { readIdentity } from "../storage/identity.ts";
import { BenchFlash } from "./bench-flash.ts";
import { TestLine } from "./test-line.ts";
import { TestSession } from "./test-session.ts";
import { TestSite } from "./test-site.ts";

const PRODUCT = { model: "test-lock", hardware: 1, firmware: 7 };
/** The grant that `furnish` puts into the table. */
export const GRANT_ID = TestSite.id(0x11);
/** A gateway paces its O1s. */
const OPEN_PAUSE_MS = 1000;

interface BenchOptions {
  /** The gateways', bearers' and issuer's; the lock's too unless it gets another. */
  suite?: Suite;
  lockSuite?: Suite;
  seed?: number;
}

/** A gateway's side of a pairing. */
export interface Paired {
  readonly slot: number;
  readonly pmk: Secret;
}

/** A gateway's side of an OPEN. */
export interface Opened {
  readonly session: TestSession;
  readonly caps: Caps;
  readonly rms: Secret;
}

/** A gateway's side of a RESUME. */
export interface Resumed<N extends Command["name"]> {
  readonly response: Response<N>;
  readonly session: TestSession;
}

/**
 * A whole lock in memory, and everybody it deals with: gateways that speak through the roles of protocol/session,
 * an issuer and a bearer with keys of their own.
 */
export class BenchLock {
  readonly suite: Suite;
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly lock: Lock;
  readonly label: Label;
  readonly site: TestSite;
  readonly flash: BenchFlash;

  constructor({ suite = opensslSuite, lockSuite = suite, seed = 1 }: BenchOptions = {}) {
    this.suite = suite;
    this.random = new SeededRandom(seed);
    this.flash = new BenchFlash({ random: new SeededRandom(seed + 2) });
    const made = memoryLock({
      clock: this.clock,
      random: new SeededRandom(seed + 1),
      suite: lockSuite,
      product: PRODUCT,
      flash: this.flash,
    });
    this.lock = made.lock;
    this.label = made.label;
    this.site = new TestSite(suite, this.random, made.label.lockId);
    this.lock.powerOn();
  }

  /** Seconds since 1970 by the issuer's good clock. */
  get now(): number {
    return Math.floor(this.clock.wallMs() / 1000);
  }

  get boltPosition(): "thrown" | "drawn" | "between" {
    return this.lock.hardware.bolt.position();
  }

  line(kind: CarrierKind = "wire"): TestLine {
    return new TestLine(this.lock, this.clock, kind);
  }

  /** Off and on again; connections are gone. */
  reboot(): void {
    this.lock.powerOff();
    this.clock.advance(10);
    this.lock.powerOn();
  }

  /** Presses the button and pairs; fails where the lock refuses. */
  pair(line: TestLine = this.line(), site: Partial<SiteInfo> = {}): Paired {
    this.lock.pressPairingButton();
    const { p3, paired, state } = this.startPairing(line, site);
    const p4 = line.request(p3);
    assert(p4, "no P4");
    readP4(this.suite, state, p4);
    return paired;
  }

  /** Up to P3, which is not sent. */
  startPairing(line: TestLine, site: Partial<SiteInfo> = {}) {
    const { state, p1 } = startPair(this.suite, this.random, this.label);
    const p2 = line.request(p1);
    assert(p2, "no P2");
    const known = readP2(this.suite, state, p2);
    const paired: Paired = { slot: known.lockInfo.slot, pmk: known.pmk.part(0, known.pmk.length) };
    const info = { issuerPk: this.site.issuerPk, gatewayId: TestSite.id(0x6a), time: this.now, ...site };
    return { ...writeP3(this.suite, known, info), paired };
  }

  /** O1, after the pause that a gateway makes. */
  startOpen({ slot, pmk }: Paired) {
    this.clock.advance(OPEN_PAUSE_MS);
    return startOpen(this.suite, this.random, slot, pmk);
  }

  /** O1 and O2. */
  open(paired: Paired, line: TestLine = this.line()): Opened {
    const { state, o1 } = this.startOpen(paired);
    const o2 = line.request(o1);
    assert(o2, "no O2");
    const { channel, rms, caps } = readO2(this.suite, state, o2);
    return { session: new TestSession(this.suite, line, channel, caps.challenge), caps, rms };
  }

  startResume({ slot }: Paired, n: number, rms: Secret, command: Command) {
    return startResume(this.suite, this.random, slot, n, rms, encodeCommand(command));
  }

  /** S1 and S2. */
  resume<C extends Command>(paired: Paired, n: number, rms: Secret, command: C): Resumed<C["name"]> {
    const { state, s1 } = this.startResume(paired, n, rms, command);
    return this.sendS1(state, s1, command.name);
  }

  /** An S1, perhaps again, and what its S2 answers. The state may be used more than once. */
  sendS1<N extends Command["name"]>(state: ResumeAwaitingS2, s1: Uint8Array, name: N): Resumed<N> {
    const line = this.line();
    const s2 = line.request(s1);
    assert(s2, "no S2");
    const copy = { ...state, rms: state.rms.part(0, state.rms.length) };
    const { channel, response } = readS2(this.suite, copy, s2);
    const decoded = decodeResponse<N>(name, response);
    const next = decoded.ok ? decoded.value : decoded.refusal;
    const challenge = "challenge" in next ? (next.challenge as Uint8Array) : new Uint8Array(8);
    return { response: decoded, session: new TestSession(this.suite, line, channel, challenge) };
  }

  /** A1 and A2: a bearer at the door. */
  pass(line: TestLine = this.line()): TestSession {
    this.clock.advance(OPEN_PAUSE_MS);
    const { state, a1 } = startPass(this.suite, this.random);
    const a2 = line.request(a1);
    assert(a2, "no A2");
    const identity = readIdentity(this.flash)!;
    const expected = { lockId: this.label.lockId, sigPk: this.suite.p256PublicKey(identity.sigKey) };
    const { channel, challenge } = readA2(this.suite, state, a2, expected);
    return new TestSession(this.suite, line, channel, challenge);
  }

  /** Pairs, and puts a grant with GRANT_ID for the site's bearer into the table. */
  furnish(): Opened & { paired: Paired } {
    const paired = this.pair();
    const opened = this.open(paired);
    this.sendRoster(opened.session, 1, [this.site.grant(this.now, GRANT_ID)]);
    return { ...opened, paired };
  }

  /** BEGIN, DROP of what is no longer wanted, PUT, COMMIT. */
  sendRoster(
    session: TestSession,
    epoch: number,
    grants: readonly Uint8Array[],
    wish: Parameters<TestSite["roster"]>[3] = {},
  ): void {
    session.done({ name: "rosterBegin", roster: this.site.roster(this.now, epoch, grants, wish) });
    const wanted = new Set(grants.map((grant) => toHex(idOf(grant))));
    const { entries } = session.done({ name: "grantList", after: new Uint8Array(8) });
    const ids = entries.map(({ id }) => id).filter((id) => !wanted.has(toHex(id)));
    if (ids.length > 0) session.done({ name: "grantDrop", ids });
    for (const grant of grants) session.done({ name: "grantPut", grants: [grant] });
    session.done({ name: "rosterCommit" });
  }

  /** The command and the order of the site's bearer in it, under the session's challenge. */
  act(session: TestSession, wish: ActWish = {}): Extract<Command, { name: "act" }> {
    const { grant, ...order } = wish;
    const { action = Action.unlock, grantId = GRANT_ID } = order;
    const signed = this.site.order(this.now, wish.challenge ?? session.challenge, grantId, { ...order, action });
    return { name: "act", action, grant: grant ?? grantId, order: signed };
  }

  /** The log of the current generation, oldest first, read over the session. */
  log(session: TestSession): LogRecord[] {
    const records: LogRecord[] = [];
    for (;;) {
      const fromSeq = (records.at(-1)?.seq ?? 0) + 1;
      const { records: rows } = session.done({ name: "readLog", fromSeq, max: 20 });
      if (rows.length === 0) return records;
      for (let at = 0; at < rows.length; at += RECORD_BYTES)
        records.push(decodeRecord(rows.slice(at, at + RECORD_BYTES)));
    }
  }
}

/** What a test wants otherwise in an order, and the grant shown if it is not the id. */
export type ActWish = Partial<OrderClaims> & { readonly key?: Secret; readonly grant?: Uint8Array };

function idOf(grant: Uint8Array): Uint8Array {
  const id = grantId(grant);
  assert(id.ok);
  return id.value;
}

/** The code of an ERR; undefined for anything else. */
export function errOf(frame: Uint8Array | undefined): number | undefined {
  if (!frame) return undefined;
  const message = decodeMessage(frame);
  return message.type === "ERR" ? message.code : undefined;
}
