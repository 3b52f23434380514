import { OTHER_UID, UID } from "../../../../lock-sim/firmware/door/testing/bench-door.ts";
import { readIdentity } from "../../../../lock-sim/firmware/storage/identity.ts";
import { GRANT_ID } from "../../../../lock-sim/firmware/testing/bench-lock.ts";
import { TestLine } from "../../../../lock-sim/firmware/testing/test-line.ts";
import { TestSession } from "../../../../lock-sim/firmware/testing/test-session.ts";
import { TestSite } from "../../../../lock-sim/firmware/testing/test-site.ts";
import { makeTag } from "../../../../lock-sim/tag/make-tag.ts";
import { ProtocolError } from "../../../../protocol/protocol-error.ts";
import { readO2 } from "../../../../protocol/session/open.ts";
import { readA2, startPass } from "../../../../protocol/session/pass.ts";
import { readS2 } from "../../../../protocol/session/resume.ts";
import type { Command } from "../../../../protocol/wire/commands.ts";
import { decodeResponse } from "../../../../protocol/wire/responses.ts";
import type { Script } from "../script.ts";
import { type FurnishedLock, PIN, THRICE_ID } from "./furnished-lock.ts";

const LINES = 4;
const FRAMES_KEPT_MAX = 32;

/** A frame that somebody sent, for whoever recorded it. `wasAnswered`: the lock has had it. */
export interface SentFrame {
  readonly bytes: Uint8Array;
  readonly wasAnswered: boolean;
}

/** Everybody who deals with one lock in one script: its gateway, its issuer, bearers, people at the door, strangers. */
export class Visitors {
  readonly made: ReturnType<FurnishedLock["take"]>;
  readonly sent: SentFrame[] = [];
  readonly #lines: TestLine[];
  readonly #sessions: (TestSession | undefined)[] = [];
  #epoch: number;
  #n = 0;
  /** Good orders, and right tags and PINs: never are more of them carried out. */
  authorised = 0;
  /** A hand has turned the bolt from the inside. */
  byHand = false;

  constructor(made: ReturnType<FurnishedLock["take"]>) {
    this.made = made;
    this.#lines = Array.from({ length: LINES }, () => made.bench.line());
    this.#epoch = made.epoch;
  }

  get bench() {
    return this.made.bench;
  }

  /** Sends a frame and keeps it for those who record. The reply, if it came at once. */
  send(line: number, bytes: Uint8Array): Uint8Array | undefined {
    const reply = this.#lines[line % LINES]!.send(bytes);
    this.sent.push({ bytes, wasAnswered: reply !== undefined });
    if (this.sent.length > FRAMES_KEPT_MAX) this.sent.shift();
    return reply;
  }

  reconnect(line: number): void {
    this.#lines[line % LINES]!.hangUp();
    this.#lines[line % LINES] = new TestLine(this.bench.lock, this.bench.clock, line & 4 ? "ble" : "wire");
    this.#sessions[line % LINES] = undefined;
  }

  /** O1 and O2. */
  open(line: number): void {
    const { state, o1 } = this.bench.startOpen(this.made.paired);
    const o2 = this.send(line, o1);
    if (!o2) return;
    this.#begin(line, () => {
      const { channel, caps } = readO2(this.bench.suite, state, o2);
      this.#n = Math.max(this.#n, caps.n);
      return new TestSession(this.bench.suite, this.#lines[line % LINES]!, channel, caps.challenge);
    });
  }

  /** A bearer's A1 and A2. */
  pass(line: number): void {
    const { suite, random, label, flash } = this.bench;
    const { state, a1 } = startPass(suite, random);
    const a2 = this.send(line, a1);
    if (!a2) return;
    const expected = { lockId: label.lockId, sigPk: suite.p256PublicKey(readIdentity(flash)!.sigKey) };
    this.#begin(line, () => {
      const { channel, challenge } = readA2(suite, state, a2, expected);
      return new TestSession(suite, this.#lines[line % LINES]!, channel, challenge);
    });
  }

  /** S1 with a command, under the next n or one that is `ahead` of it, and S2. */
  resume(line: number, ahead: number, command: Command): void {
    const { bench, made } = this;
    this.#n += 1 + (ahead % 8);
    const { state, s1 } = bench.startResume(made.paired, this.#n, made.rms, command);
    const s2 = this.send(line, s1);
    if (!s2) return;
    this.#begin(line, () => {
      const { channel, response } = readS2(bench.suite, state, s2);
      const decoded = decodeResponse(command.name, response);
      const next: { challenge?: Uint8Array } = decoded.ok ? decoded.value : decoded.refusal;
      return new TestSession(bench.suite, this.#lines[line % LINES]!, channel, next.challenge ?? new Uint8Array(8));
    });
  }

  /** C with these bytes as its command, rightly sealed, and perhaps one bit turned over on the way. */
  command(line: number, command: Uint8Array, flippedBit?: number): void {
    const session = this.#sessions[line % LINES];
    if (!session) return;
    const sealed = session.seal(command);
    if (flippedBit !== undefined) sealed[(flippedBit >> 3) % sealed.length]! ^= 1 << (flippedBit & 7);
    const reply = this.send(line, sealed) ?? this.#lines[line % LINES]!.wait();
    const response = reply && attempt(() => session.unseal(reply));
    if (!response) this.#sessions[line % LINES] = undefined;
    else this.#hearChallenge(session, response);
  }

  /** A command that may well be done. */
  goodCommand(line: number, script: Script): Command {
    const { bench } = this;
    const session = this.#sessions[line % LINES];
    const grants = [bench.site.grant(bench.now, GRANT_ID), bench.site.grant(bench.now, THRICE_ID, { uses: 3 })];
    const challenge = session?.challenge ?? new Uint8Array(8);
    switch (script.byte() % 16) {
      case 0:
        return { name: "readLog", fromSeq: 1 + script.byte(), max: 1 + script.byte() };
      case 1:
        return { name: "logHead", nonce: new Uint8Array(16).fill(script.byte()) };
      case 2:
        return { name: "rosterBegin", roster: bench.site.roster(bench.now, this.#epoch + (script.byte() % 3), grants) };
      case 3:
        return { name: "grantPut", grants: grants.slice(script.byte() % 2) };
      case 4:
        this.#epoch++;
        return { name: "rosterCommit" };
      case 5:
        return { name: "timeHint", time: bench.now + script.byte() - 128 };
      case 6:
        return { name: "time", token: bench.site.timeToken(bench.now + script.byte() - 128, challenge) };
      case 7:
        return { name: "grantList", after: new Uint8Array(8).fill(script.byte()) };
      case 8:
        return { name: "grantDrop", ids: [TestSite.id(script.byte() % 0x20)] };
      case 9:
        return { name: "identify" };
      case 10:
        return { name: "readLog", fromSeq: 1, max: 20, generation: script.byte() % 3 };
      case 11:
        return { name: "firmwareBlock", offset: script.byte(), bytes: script.piece() };
      case 12:
        this.authorised++;
        return bench.act(session ?? ({ challenge } as TestSession), {
          action: 5,
          grantId: new Uint8Array(8),
          key: bench.site.issuerKey,
        });
      case 13:
      case 14:
        this.authorised++;
        return bench.act(session ?? ({ challenge } as TestSession), {
          action: script.pick([1, 2, 3, 4, 7] as const),
          grantId: script.pick([GRANT_ID, THRICE_ID, TestSite.id(0x77)]),
          notAfter: bench.now + script.byte(),
        });
      default:
        return { name: "status" };
    }
  }

  /** Somebody at the door, in front of it or behind it. */
  hands(script: Script): void {
    const { lock, suite, random } = this.bench;
    switch (script.byte() % 9) {
      case 0:
        this.authorised++;
        lock.pressKeys(`${PIN}#`);
        return;
      case 1:
        lock.pressKeys(String(script.byte()).padStart(4, "*#0"));
        return;
      case 2: {
        const kind = script.pick(["genuine", "cloned", "foreign"] as const);
        if (kind === "genuine") this.authorised++;
        const uid = script.pick([UID, OTHER_UID]);
        lock.presentTag(makeTag(suite, random, kind, uid, this.made.secrets.tagMasterKey));
        return;
      }
      case 3:
        lock.removeTag();
        return;
      case 4:
        this.byHand = true;
        lock.turnThumb(script.pick(["drawn", "thrown"]));
        return;
      case 5:
        lock.setDoor(script.byte() % 2 === 0);
        return;
      case 6:
        lock.setPrivacy(script.byte() % 2 === 0);
        return;
      case 7:
        lock.setBattery(3000 + 16 * script.byte());
        return;
      default:
        lock.setCase(script.byte() % 2 === 0);
    }
  }

  #begin(line: number, read: () => TestSession): void {
    this.#sessions[line % LINES] = attempt(read);
  }

  #hearChallenge(session: TestSession, response: Uint8Array): void {
    const told = attempt(() => decodeResponse("act", response)) ?? attempt(() => decodeResponse("time", response));
    const next: { challenge?: Uint8Array } = told ? (told.ok ? told.value : told.refusal) : {};
    if (next.challenge) session.challenge = next.challenge;
  }
}

/** What the lock said may be an ERR, or the reply to something else: then there is nothing. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
