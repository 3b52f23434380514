import type { CredentialKind } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { NO_SLOT, RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Parts } from "../parts.ts";
import { type Refusal, recordRefusal } from "../record-refusal.ts";
import { unreachable } from "../unreachable.ts";
import { decideAtDoor } from "./door-decision.ts";
import type { Entry } from "./keypad-entry.ts";
import { grantsWithPin } from "./pin-check.ts";
import { checkTag } from "./tag-check.ts";

const TAG = 1;
const PIN = 2;
/** No order brought it: its INTENT names none. */
const NO_CHALLENGE = new Uint8Array(8);

/** What hands did at the door since it was looked at last. */
export function lookAtDoor(parts: Parts): void {
  takeKeys(parts);
  const uid = parts.tagField.arrived();
  if (uid) takeTag(parts, uid);
}

function takeKeys(parts: Parts): void {
  const { hal, keypad } = parts;
  const nowMs = hal.uptime.milliseconds();
  takeEntry(parts, keypad.expire(nowMs));
  for (let key = hal.keypad.take(); key !== undefined; key = hal.keypad.take()) {
    hal.signals.show("key-click");
    takeEntry(parts, keypad.take(key, nowMs));
  }
}

function takeEntry(parts: Parts, entry: Entry | undefined): void {
  switch (entry?.kind) {
    case undefined:
      return;
    case "abandoned":
      // Nothing was asked, so there is nothing to write down.
      parts.hal.signals.show("refused");
      return;
    case "confirmed":
      takePin(parts, entry.digits);
      return;
    default:
      unreachable(entry);
  }
}

function takePin(parts: Parts, digits: string): void {
  const { suite, lockout, secrets, credentials } = parts;
  if (lockout.isOn) {
    refuse(parts, { reason: Reason.lockedOut });
    return;
  }
  const opened = secrets.get();
  if (!opened) {
    refuse(parts, { reason: Reason.proofMissing });
    return;
  }
  lockout.count();
  const grantIds = grantsWithPin(suite, opened.pinPepper, credentials.withPin(), digits);
  if (grantIds.length === 0) {
    refuseWrongPin(parts);
    return;
  }
  parts.shown.show(PIN, grantIds);
  if (openFor(parts, grantIds, (id) => parts.shown.kindsFor(id))) lockout.forget();
  else lockout.takeBack();
}

function refuseWrongPin(parts: Parts): void {
  refuse(parts, { type: RecordType.wrongTry, reason: Reason.proofMissing });
  if (!parts.lockout.isOn) return;
  parts.log.append({ type: RecordType.lockedOut });
  parts.hal.signals.show("locked-out");
}

function takeTag(parts: Parts, uid: Uint8Array): void {
  const grantIds = parts.credentials.withTag(uid);
  if (grantIds.length === 0) {
    refuse(parts, { reason: Reason.unknownGrant });
    return;
  }
  if (isGenuine(parts, uid)) {
    parts.shown.show(TAG, grantIds);
    openFor(parts, grantIds, (id) => parts.shown.kindsFor(id));
  } else {
    // Whatever else was shown is no help to it: nothing is proven, so this can only say why not.
    openFor(parts, grantIds, () => new Set());
  }
}

/** Without site secrets no tag can prove anything. */
function isGenuine({ suite, hal, secrets, tagField }: Parts, uid: Uint8Array): boolean {
  const opened = secrets.get();
  if (!opened) return false;
  const verdict = checkTag(suite, hal.entropy, hal.tags, uid, opened.tagMasterKey);
  if (verdict === "gone") tagField.left();
  return verdict === "genuine";
}

/** Whether the bolt is on its way. A refusal is recorded and shown. */
function openFor(
  parts: Parts,
  grantIds: readonly Uint8Array[],
  kindsShownFor: (grantId: Uint8Array) => ReadonlySet<CredentialKind>,
): boolean {
  const { reason, grantId } = decideAtDoor(parts, grantIds, kindsShownFor);
  if (reason !== Reason.done) {
    refuse(parts, { reason, grantId });
    return false;
  }
  parts.acts.start({ slot: NO_SLOT, action: Action.unlock, grantId, counter: undefined, challenge: NO_CHALLENGE });
  return true;
}

function refuse(parts: Parts, refusal: Refusal): void {
  recordRefusal(parts, refusal);
  parts.hal.signals.show(refusal.reason === Reason.lockedOut ? "locked-out" : "refused");
}
