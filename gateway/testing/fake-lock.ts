import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import type { Clock } from "../../protocol/clock.ts";
import { grantId } from "../../protocol/documents/grant.ts";
import { formatLabel, type Label } from "../../protocol/documents/label.ts";
import { signLogHead } from "../../protocol/documents/log-head.ts";
import { Action } from "../../protocol/documents/order.ts";
import { parseReceipt } from "../../protocol/documents/receipt.ts";
import { parseRoster, rosterDigest } from "../../protocol/documents/roster.ts";
import { parseTimeToken } from "../../protocol/documents/time-token.ts";
import { NO_AUX } from "../../protocol/log/aux.ts";
import { appendRecord, firstHash } from "../../protocol/log/chain.ts";
import { RECORD_BYTES, type RecordFields, RecordType } from "../../protocol/log/record.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { Random } from "../../protocol/random.ts";
import type { Caps } from "../../protocol/session/caps.ts";
import { answerO1 } from "../../protocol/session/open.ts";
import { answerP1, type PairAwaitingP3, readP3, writeP4 } from "../../protocol/session/pair.ts";
import type { LockInfo } from "../../protocol/session/pair-contents.ts";
import { readS1, resumeTag, writeS2 } from "../../protocol/session/resume.ts";
import { openCommand, type SecureChannel, sealResponse } from "../../protocol/session/secure-channel.ts";
import { concat, equalBytes, fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { type Command, decodeCommand } from "../../protocol/wire/commands.ts";
import { decodeMessage, Err, type ErrCode, encodeMessage } from "../../protocol/wire/messages.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import {
  encodeResponse,
  GRANT_LIST_ENTRIES_MAX,
  type Response,
  type Responses,
} from "../../protocol/wire/responses.ts";

const suite = opensslSuite;

/** What a fake lock answers to one command, if a test wants something of its own; undefined leaves it to the lock. */
export type Override = (command: Command) => Response<Command["name"]> | undefined;

/**
 * A lock for the gateway's own tests: PAIR, OPEN and RESUME on slot 0, a log, a roster, and orders that always work. It
 * decides nothing and forgets nothing; hil-tests/ joins the gateway with the firmware.
 */
export class FakeLock {
  readonly label: Label;
  readonly info: LockInfo;
  pmk: Secret | undefined;
  isPairing = false;
  override: Override = () => undefined;
  /** What becomes of a response's bytes before they are sealed, if a test wants a lock that lies or talks nonsense. */
  alterResponse: (response: Uint8Array) => Uint8Array = (response) => response;
  /** What caps say otherwise than the lock is. */
  capsLies: Partial<Caps> = {};
  flags = 1;
  /** How far its clock is ahead of the right time. */
  aheadSeconds = 0;
  epoch = 0;
  tableDigest = rosterDigest(suite, []);
  ackedThrough = 0;
  /** Bolt movements: what must never be more than the orders. */
  acts = 0;
  challenge: Uint8Array;
  /** Names of all commands, in order. */
  readonly commands: Command["name"][] = [];
  opens = 0;
  /** Every n that came with an S1, repeats included. */
  readonly counters: number[] = [];
  rms: Secret | undefined;
  /** Whole records; `#firstKept` tells which are readable. */
  #records: Uint8Array[] = [];
  #firstKept = 1;
  #head: Uint8Array;
  /** By id. */
  #table = new Map<string, Uint8Array>();
  #staged: { document: Uint8Array; grants: Map<string, Uint8Array> } | undefined;
  #pairing: PairAwaitingP3 | undefined;
  #channel: SecureChannel | undefined;
  /** Of the OPEN whose first C has not come yet. */
  #newRms: Secret | undefined;
  /** The newest S1 that was accepted, by its n and tag, and what an ACT in it was answered. */
  #resumed: { n: number; tag: Uint8Array; act?: Response<"act"> } = { n: 0, tag: new Uint8Array(8) };
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #bornAtMs: number;
  readonly #sigKey: Secret;

  constructor(random: Random, clock: Clock, generation = 0) {
    const draw = (length: number) => random.bytes(length);
    this.#random = random;
    this.#clock = clock;
    this.#bornAtMs = clock.wallMs() - clock.monotonicMs();
    this.#sigKey = suite.p256PrivateKey(draw);
    const boxKey = suite.p256PrivateKey(draw);
    this.label = { lockId: draw(8), secret: new Secret(draw(16)) };
    this.info = {
      sigPk: suite.p256PublicKey(this.#sigKey),
      boxPk: suite.p256PublicKey(boxKey),
      model: "Fake",
      hardware: 1,
      firmware: 1,
      generation,
      slot: 0,
    };
    this.challenge = draw(8);
    this.#head = firstHash(suite, this.label.lockId, generation, this.info.sigPk);
  }

  get lockId(): string {
    return toHex(this.label.lockId);
  }

  get labelText(): string {
    return formatLabel(suite, this.label);
  }

  /** Seconds since 1970 by its own clock, which runs on however the gateway's is set. */
  get time(): number {
    return Math.floor((this.#bornAtMs + this.#clock.monotonicMs()) / 1_000) + this.aheadSeconds;
  }

  /** The newest n that was accepted. */
  get n(): number {
    return this.#resumed.n;
  }

  get seq(): number {
    return this.#records.length;
  }

  /** Appends a record; anything not given is nothing. */
  log(fields: Partial<RecordFields> & { type: RecordType }): number {
    const seq = this.seq + 1;
    const nothing = { slot: 0, result: 0, flags: 0, n: 0, ref: new Uint8Array(8), aux: NO_AUX };
    const { bytes, h } = appendRecord(suite, this.#head, { ...nothing, time: this.time, ...fields, seq });
    this.#records.push(bytes);
    this.#head = h;
    return seq;
  }

  /** The oldest records are gone, as when a full log recycles them. */
  recycleThrough(seq: number): void {
    this.#firstKept = seq + 1;
  }

  /** Flips a bit of a stored record. */
  tamper(seq: number): void {
    this.#records[seq - 1]![8]! ^= 1;
  }

  /** What a power cut leaves: no session, another challenge. */
  reboot(): void {
    this.#channel = undefined;
    this.challenge = this.#random.bytes(8);
  }

  /** The reply to a frame; undefined is silence. */
  receive(frame: Uint8Array): Uint8Array | undefined {
    try {
      return this.#answer(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#channel = undefined;
      return undefined;
    }
  }

  #answer(frame: Uint8Array): Uint8Array | undefined {
    switch (decodeMessage(frame).type) {
      case "P1": {
        if (!this.isPairing) return err(Err.notInPairingMode);
        const { state, p2 } = answerP1(suite, this.#random, this.label, frame, this.info);
        this.#pairing = state;
        return p2;
      }
      case "P3": {
        if (!this.#pairing) return err(Err.notInPairingMode);
        const { pmk, state } = readP3(suite, this.#pairing, frame);
        this.pmk = pmk;
        return writeP4(suite, state, { seq: this.seq, head: this.#head });
      }
      case "O1": {
        this.opens++;
        if (!this.pmk) return err(Err.noSuchSlot);
        const { channel, rms, o2 } = answerO1(suite, this.#random, this.pmk, frame, {
          ...this.#caps(),
          ...this.capsLies,
        });
        this.#channel = channel;
        this.#newRms = rms;
        return o2;
      }
      case "S1":
        return this.#resume(frame);
      case "C": {
        if (!this.#channel) return err(Err.noSession);
        const opened = openCommand(suite, this.#channel, frame);
        this.rms = this.#newRms ?? this.rms;
        this.#newRms = undefined;
        const { name, response } = this.#run(opened.command, this.challenge);
        const sealed = sealResponse(suite, opened.channel, this.alterResponse(encodeResponse(name, response)));
        this.#channel = sealed.channel;
        return sealed.message;
      }
      default:
        return undefined;
    }
  }

  #resume(frame: Uint8Array): Uint8Array {
    const message = decodeMessage(frame);
    if (message.type !== "S1" || !this.pmk) return err(Err.noSuchSlot);
    if (!this.rms) return err(Err.noSession);
    const tag = resumeTag(suite, frame);
    const isRepeat = message.n === this.#resumed.n && equalBytes(tag, this.#resumed.tag);
    this.counters.push(message.n);
    if (message.n <= this.#resumed.n && !isRepeat) return err(Err.noSession);
    let read: ReturnType<typeof readS1>;
    try {
      read = readS1(suite, this.rms, frame);
    } catch {
      return err(Err.noSession);
    }
    if (!isRepeat) this.#resumed = { n: message.n, tag };
    const { name, response } =
      isRepeat && this.#resumed.act
        ? ({ name: "act", response: this.#resumed.act } as const)
        : this.#run(read.command, tag);
    if (name === "act" && response.ok) this.#resumed.act = response as Response<"act">;
    const answer = this.alterResponse(encodeResponse(name, response));
    const { channel, s2 } = writeS2(suite, this.#random, read.state, answer);
    this.#channel = channel;
    return s2;
  }

  /** `ref`: what the INTENT of an ACT names it by. */
  #run(bytes: Uint8Array, ref: Uint8Array): { name: Command["name"]; response: Response<Command["name"]> } {
    const command = decodeCommand(bytes);
    if (!command.ok) throw new ProtocolError("malformed");
    this.commands.push(command.value.name);
    return { name: command.value.name, response: this.override(command.value) ?? this.#execute(command.value, ref) };
  }

  #caps() {
    const { epoch, n, seq, time, flags, challenge } = this;
    return { epoch, n, seq, head: this.#head, time, flags, challenge, generation: this.info.generation };
  }

  #execute(command: Command, ref: Uint8Array): Response<Command["name"]> {
    switch (command.name) {
      case "status":
        return granted<"status">({
          ...this.#caps(),
          batteryMillivolt: 6000,
          temperatureC: 20,
          rosterDigest: this.tableDigest,
        });
      case "readLog":
        return this.#readLog(command.fromSeq, command.generation);
      case "logHead":
        return granted<"logHead">({ document: this.signHead(command.nonce) });
      case "ackLog": {
        const receipt = parseReceipt(suite, command.receipt);
        if (!receipt.ok) return refused(Reason.signature);
        const { seq, head } = receipt.value.claims;
        if (seq > this.seq) return refused(Reason.notFound);
        if (!equalBytes(head, this.#records[seq - 1]!.subarray(-16))) return refused(Reason.digestMismatch);
        this.ackedThrough = seq;
        return granted<"ackLog">({});
      }
      case "rosterBegin": {
        const isSame = this.#staged && equalBytes(this.#staged.document, command.roster);
        if (!isSame) this.#staged = { document: command.roster, grants: new Map(this.#table) };
        return granted<"rosterBegin">({});
      }
      case "grantPut":
        if (!this.#staged) return refused(Reason.notFound);
        for (const grant of command.grants) this.#staged.grants.set(idOf(grant), grant);
        return granted<"grantPut">({});
      case "grantDrop":
        if (!this.#staged) return refused(Reason.notFound);
        for (const id of command.ids) this.#staged.grants.delete(toHex(id));
        return granted<"grantDrop">({});
      case "grantList":
        return this.#listGrants(toHex(command.after));
      case "rosterCommit":
        return this.#commit();
      case "timeHint":
        this.aheadSeconds += command.time - this.time;
        return granted<"timeHint">({ time: this.time, challenge: this.challenge });
      case "time": {
        const token = parseTimeToken(suite, command.token);
        if (!token.ok) return refused(Reason.signature, this.challenge);
        this.aheadSeconds += token.value.claims.time - this.time;
        this.flags &= ~32;
        this.challenge = this.#random.bytes(8);
        return granted<"time">({ time: this.time, challenge: this.challenge });
      }
      case "act": {
        this.log({ type: RecordType.intent, result: command.action, ref });
        this.challenge = this.#random.bytes(8);
        if (command.action !== Action.allowPairing) this.acts++;
        this.log({ type: RecordType.unlocked });
        const seq = this.log({ type: RecordType.done });
        return granted<"act">({ flags: this.flags, seq, challenge: this.challenge });
      }
      default:
        return refused(Reason.unknownCommand);
    }
  }

  signHead(nonce: Uint8Array): Uint8Array {
    const { generation } = this.info;
    const { lockId } = this.label;
    return signLogHead(suite, this.#sigKey, {
      lockId,
      generation,
      seq: this.seq,
      head: this.#head,
      time: this.time,
      nonce,
    });
  }

  #readLog(fromSeq: number, generation: number | undefined): Response<"readLog"> {
    if (generation !== undefined) return refused(Reason.notFound);
    const firstSeq = Math.max(fromSeq, this.#firstKept);
    const records = concat(...this.#records.slice(firstSeq - 1, firstSeq + 19));
    return granted<"readLog">({ firstSeq: records.length < RECORD_BYTES ? fromSeq : firstSeq, records });
  }

  #listGrants(after: string): Response<"grantList"> {
    const grants = this.#staged?.grants ?? this.#table;
    const ids = [...grants.keys()].filter((id) => id > after).sort();
    const entries = ids.slice(0, GRANT_LIST_ENTRIES_MAX).map((id) => ({
      id: fromHex(id),
      shortHash: suite.sha256(grants.get(id)!).slice(0, 8),
    }));
    return granted<"grantList">({ entries });
  }

  #commit(): Response<"rosterCommit"> {
    const roster = this.#staged && parseRoster(suite, this.#staged.document);
    if (!this.#staged || !roster?.ok) return refused(Reason.notFound);
    const { digest, epoch } = roster.value.claims;
    const sorted = [...this.#staged.grants].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
    if (!equalBytes(digest, rosterDigest(suite, sorted))) return refused(Reason.digestMismatch);
    this.#table = this.#staged.grants;
    this.tableDigest = digest;
    this.epoch = epoch;
    this.#staged = undefined;
    this.log({ type: RecordType.rosterCommitted });
    return granted<"rosterCommit">({ epoch });
  }
}

function granted<N extends Command["name"]>(value: Responses[N]): Response<N> {
  return { ok: true, value };
}

export function refused(reason: Exclude<Reason, 0>, challenge?: Uint8Array): Response<never> {
  return { ok: false, refusal: { reason, ...(challenge && { challenge }) } };
}

function idOf(grant: Uint8Array): string {
  const id = grantId(grant);
  if (!id.ok) throw new ProtocolError("malformed");
  return toHex(id.value);
}

function err(code: ErrCode): Uint8Array {
  return encodeMessage({ type: "ERR", code });
}
