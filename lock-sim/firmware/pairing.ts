import type { Secret } from "../../crypto/secret.ts";
import { auxOf } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { readP3, answerP1 as writeP2, writeP4 } from "../../protocol/session/pair.ts";
import type { SiteInfo } from "../../protocol/session/pair-contents.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { type Answer, err, reply, silence } from "./answer.ts";
import { caught } from "./caught.ts";
import { type Connection, endPairing, endSession } from "./connections.ts";
import type { Event } from "./event-log.ts";
import type { Parts } from "./parts.ts";
import { timeSetEvent } from "./set-clock.ts";
import type { CellChanges } from "./storage/cell-entry.ts";
import { trustAnchorChange } from "./trust-anchor.ts";

/** P1 → P2 (protocol.md §2). */
export function answerP1(parts: Parts, connection: Connection, p1: Uint8Array): Answer {
  const { pairing, slots, hal, suite, identity, product, generation } = parts;
  if (!pairing.isOn(hal.uptime.milliseconds())) return err(Err.notInPairingMode, "notPairing");
  const slot = slots.nextForPairing();
  if (slot === undefined || !mayPair(parts, slot)) return err(Err.refused, "pairedAlready");

  endPairing(connection);
  const lockInfo = {
    sigPk: suite.p256PublicKey(identity.sigKey),
    boxPk: suite.p256PublicKey(identity.boxKey),
    ...product,
    generation,
    slot,
  };
  const answered = caught(() => writeP2(suite, hal.entropy, identity.label, p1, lockInfo));
  if (!answered.ok) return failedTry(parts, silence("badPoint"));
  connection.pairing = { slot, state: answered.value.state };
  return reply(answered.value.p2);
}

/** P3 → P4: the one moment of trust. All that it changes lasts before P4 is sent. */
export function answerP3(parts: Parts, connection: Connection, p3: Uint8Array): Answer {
  const { pairing, hal, suite, trust, log } = parts;
  if (!pairing.isOn(hal.uptime.milliseconds())) return err(Err.notInPairingMode, "notPairing");
  if (!connection.pairing) return err(Err.noSession, "noSession");
  const { slot, state } = connection.pairing;
  if (!mayPair(parts, slot)) {
    endPairing(connection);
    return err(Err.refused, "pairedAlready");
  }
  connection.pairing = undefined;
  const read = caught(() => readP3(suite, state, p3));
  if (!read.ok) {
    endSession(connection);
    return failedTry(parts, silence("wrongTag"));
  }
  const { site, pmk, state: accepted } = read.value;
  const isForeign = trust.issuerPk !== undefined && !equalBytes(trust.issuerPk, site.issuerPk);
  if (isForeign) {
    pmk.wipe();
    accepted.keyLG.wipe();
    return failedTry(parts, err(Err.refused, "foreignIssuer"));
  }
  takeIn(parts, slot, site, pmk);
  return reply(writeP4(suite, accepted, log.position));
}

/**
 * Whether a gateway may take this slot now: it must not be another's, and a second gateway needs the issuer's
 * permission.
 */
function mayPair({ slots, pairing }: Parts, slot: number): boolean {
  const isTaken = slots.at(slot)?.isPending === false;
  return !isTaken && (!slots.isPaired() || pairing.mayPairOneMore);
}

/** A fifth one ends pairing mode. */
function failedTry({ pairing, connections, hal }: Parts, answer: Answer): Answer {
  pairing.failed();
  if (!pairing.isOn(hal.uptime.milliseconds())) connections.endPairings();
  return answer;
}

/** The slot, pending, the trust anchor, the clock and what the log owes: in one atomic step. */
function takeIn(parts: Parts, slot: number, site: SiteInfo, pmk: Secret): void {
  const { slots, trust, log, pairing, connections, hal } = parts;
  const events: Event[] = [{ type: RecordType.paired, slot, aux: auxOf({ value: slot }) }];
  const clockChange = setUncertainClock(parts, site.time, events);
  const anchor = trust.issuerPk ? [] : trustAnchorChange(site.issuerPk);
  slots.pair(slot, site.gatewayId, pmk, new Map([...anchor, ...clockChange, log.owed(events)]));
  trust.load();
  log.pay(events);
  connections.endSessionsOf(slot);
  pairing.succeeded();
  connections.endPairings();
  hal.signals.show("pairing");
}

/** P3's time counts only while there is none, and never takes the clock behind the log (protocol.md §2, §7). */
function setUncertainClock({ clock, log }: Parts, seconds: number, events: Event[]): CellChanges {
  if (seconds === 0 || !clock.isUncertain() || seconds < log.newestTime) return new Map();
  events.unshift(timeSetEvent(clock.now(), seconds));
  return clock.set(seconds);
}
