import { type VerifiedRoster, verifyRoster } from "../../../protocol/documents/roster.ts";
import { openSiteSecrets } from "../../../protocol/documents/sealed.ts";
import { auxOf } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Response } from "../../../protocol/wire/responses.ts";
import type { Event } from "../event-log.ts";
import type { Parts } from "../parts.ts";
import { trustAnchorChange } from "../trust-anchor.ts";
import type { Caller } from "./caller.ts";
import { refuse } from "./refuse.ts";

type Of<N extends Command["name"]> = Extract<Command, { name: N }>;

const ISSUER_KEY_CHANGED = 2;

export function rosterBegin(parts: Parts, { roster }: Of<"rosterBegin">): Response<"rosterBegin"> {
  const verified = verifyRoster(parts.suite, roster, parts.trust.issuerPk!);
  if (!verified.ok) return refuse(verified.reason);
  const reason = checkRoster(parts, verified.value);
  if (reason !== Reason.done) return refuse(reason);
  const { staging } = parts.table;
  const isReplacing = staging !== undefined && !equalBytes(staging.roster, roster);
  if (isReplacing && !parts.stagingWear.take(parts.hal.uptime.milliseconds())) return refuse(Reason.busy);
  parts.table.begin(roster);
  parts.stagedPins.reset();
  return { ok: true, value: {} };
}

/** What the lock itself has against a roster that is well signed (protocol.md §7, §8). */
function checkRoster(parts: Parts, { claims, keyChange }: VerifiedRoster): Reason {
  const { identity, generation, roster, clock, suite } = parts;
  const { lockId } = identity.label;
  if (!equalBytes(claims.lockId, lockId)) return Reason.wrongLock;
  if (claims.generation !== generation || claims.epoch <= roster.epoch) return Reason.epochNotNewer;
  if (keyChange && clock.isUncertain()) return Reason.timeUncertain;
  if (keyChange && clock.now() < keyChange.notBefore) return Reason.notYetValid;
  const { sealedSecrets } = claims.settings;
  if (!sealedSecrets) return Reason.done;
  const secrets = openSiteSecrets(suite, { lockId, boxKey: identity.boxKey }, sealedSecrets);
  if (!secrets.ok) return secrets.reason;
  secrets.value.tagMasterKey.wipe();
  secrets.value.pinPepper.wipe();
  return Reason.done;
}

/**
 * All or nothing: the staging copy becomes the table, the new issuer the anchor, and the records are owed, in one
 * step.
 */
export function rosterCommit(parts: Parts, caller: Caller): Response<"rosterCommit"> {
  const { table, roster, trust, log, suite, shown } = parts;
  const { staging } = table;
  if (!staging) return refuse(Reason.notFound);
  const verified = verifyRoster(suite, staging.roster, trust.issuerPk!);
  if (!verified.ok) return refuse(verified.reason);
  const { claims, keyChange } = verified.value;
  const isWhole = staging.count === claims.count && equalBytes(staging.digest(), claims.digest);
  if (!isWhole) return refuse(Reason.digestMismatch);

  const events: Event[] = [
    { type: RecordType.rosterCommitted, slot: caller.slot, aux: auxOf({ value: claims.epoch }) },
    ...(keyChange ? [{ type: RecordType.permission, slot: caller.slot, n: ISSUER_KEY_CHANGED }] : []),
  ];
  const anchor = keyChange ? trustAnchorChange(keyChange.newIssuerPk) : [];
  if (table.commit(new Map([...anchor, log.owed(events)])) === "full") return refuse(Reason.tableFull);
  trust.load();
  roster.load();
  // A grant with the same id may now want other credentials.
  shown.forget();
  log.pay(events);
  return { ok: true, value: { epoch: claims.epoch } };
}
