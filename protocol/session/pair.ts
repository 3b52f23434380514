import type { Secret } from "../../crypto/secret.ts";
import { CCM_NONCE_BYTES, type Suite } from "../../crypto/suite.ts";
import type { Random } from "../random.ts";
import { ascii, concat } from "../wire/bytes.ts";
import { expectMessage } from "../wire/expect-message.ts";
import { encodeHead, encodeMessage } from "../wire/messages.ts";
import { agree, drawEphemeral, unseal } from "./handshake.ts";
import {
  type LockInfo,
  type LogPosition,
  readLockInfo,
  readLogPosition,
  readSiteInfo,
  type SiteInfo,
  writeLockInfo,
  writeLogPosition,
  writeSiteInfo,
} from "./pair-contents.ts";
import { wipe, wipeIfThrown } from "./wipe.ts";

// PAIR (protocol.md §2): P1, P2, P3, P4 between a gateway and a lock that both know the label. A frame of the wrong type
// or length throws and leaves the state as it was; any other failure throws and wipes it.

/** What a lock's label says: `lockId` (8 bytes) and S (16 bytes). */
export interface Label {
  readonly lockId: Uint8Array;
  readonly secret: Secret;
}

const NONCE_FIRST = new Uint8Array(CCM_NONCE_BYTES);
const NONCE_P4 = Uint8Array.of(...new Uint8Array(CCM_NONCE_BYTES - 1), 1);

/** K_LG seals what the lock says, K_GL what the gateway says. */
interface PairKeys {
  readonly pmk: Secret;
  readonly keyLG: Secret;
  readonly keyGL: Secret;
}

/** The gateway has sent P1. */
export interface PairAwaitingP2 {
  readonly lockId: Uint8Array;
  readonly labelSecret: Secret;
  readonly ephemeral: Secret;
  readonly p1: Uint8Array;
}

/** The gateway knows the lock. `pmk` is the caller's: it commits it before P3 is sent. */
export interface PairAwaitingSite extends PairKeys {
  readonly lockInfo: LockInfo;
  readonly th: Uint8Array;
}

/** The gateway has sent P3. If P4 never comes, OPEN tells whether the lock took it. */
export interface PairAwaitingP4 {
  readonly th: Uint8Array;
  readonly keyLG: Secret;
}

/** The lock has sent P2. */
export interface PairAwaitingP3 extends PairKeys {
  readonly th: Uint8Array;
}

/** The lock has read a good P3. */
export interface PairAccepted {
  readonly th: Uint8Array;
  readonly keyLG: Secret;
}

/** Gateway: P1. */
export function startPair(suite: Suite, random: Random, label: Label): { state: PairAwaitingP2; p1: Uint8Array } {
  const ephemeral = drawEphemeral(suite, random);
  const p1 = encodeMessage({ type: "P1", ephemeral: suite.p256PublicKey(ephemeral) });
  return {
    state: { lockId: label.lockId, labelSecret: label.secret.part(0, label.secret.length), ephemeral, p1 },
    p1,
  };
}

/** Lock: P1 → P2. Throws ProtocolError("bad-point") too, which counts as a failed try. */
export function answerP1(
  suite: Suite,
  random: Random,
  label: Label,
  p1: Uint8Array,
  lockInfo: LockInfo,
): { state: PairAwaitingP3; p2: Uint8Array } {
  const peer = expectMessage(p1, "P1").ephemeral;
  const ephemeral = drawEphemeral(suite, random);
  const head = { type: "P2", ephemeral: suite.p256PublicKey(ephemeral) } as const;
  const th = transcriptHash(suite, label.lockId, p1, encodeHead(head));
  const keys = deriveKeys(suite, agree(suite, label.secret, ephemeral, peer), th);
  const sealed = suite.ccmSeal(keys.keyLG, NONCE_FIRST, th, writeLockInfo(lockInfo));
  return { state: { ...keys, th }, p2: encodeMessage({ ...head, sealed }) };
}

/** Gateway: P2. A wrong tag means another label than the lock's, or somebody in between. */
export function readP2(suite: Suite, state: PairAwaitingP2, p2: Uint8Array): PairAwaitingSite {
  const message = expectMessage(p2, "P2");
  return wipeIfThrown(state, () => {
    const th = transcriptHash(suite, state.lockId, state.p1, encodeHead(message));
    const keys = deriveKeys(suite, agree(suite, state.labelSecret, state.ephemeral, message.ephemeral), th);
    const lockInfo = wipeIfThrown(keys, () =>
      readLockInfo(suite, unseal(suite, keys.keyLG, NONCE_FIRST, th, message.sealed)),
    );
    wipe(state);
    return { ...keys, lockInfo, th };
  });
}

/** Gateway: P3, to be sent only once PMK is durable. */
export function writeP3(
  suite: Suite,
  state: PairAwaitingSite,
  site: SiteInfo,
): { state: PairAwaitingP4; p3: Uint8Array } {
  const sealed = suite.ccmSeal(state.keyGL, NONCE_FIRST, state.th, writeSiteInfo(site));
  state.keyGL.wipe();
  return { state: { th: state.th, keyLG: state.keyLG }, p3: encodeMessage({ type: "P3", sealed }) };
}

/** Lock: P3. The caller stores `pmk` and decides whether the issuer is welcome before it writes P4. */
export function readP3(
  suite: Suite,
  state: PairAwaitingP3,
  p3: Uint8Array,
): { site: SiteInfo; pmk: Secret; state: PairAccepted } {
  const message = expectMessage(p3, "P3");
  const site = wipeIfThrown(state, () =>
    readSiteInfo(suite, unseal(suite, state.keyGL, NONCE_FIRST, state.th, message.sealed)),
  );
  state.keyGL.wipe();
  return { site, pmk: state.pmk, state: { th: state.th, keyLG: state.keyLG } };
}

/** Lock: P4. */
export function writeP4(suite: Suite, state: PairAccepted, position: LogPosition): Uint8Array {
  const sealed = suite.ccmSeal(state.keyLG, NONCE_P4, state.th, writeLogPosition(position));
  wipe(state);
  return encodeMessage({ type: "P4", sealed });
}

/** Gateway: P4. */
export function readP4(suite: Suite, state: PairAwaitingP4, p4: Uint8Array): LogPosition {
  const message = expectMessage(p4, "P4");
  const position = wipeIfThrown(state, () =>
    readLogPosition(unseal(suite, state.keyLG, NONCE_P4, state.th, message.sealed)),
  );
  wipe(state);
  return position;
}

function transcriptHash(suite: Suite, lockId: Uint8Array, p1: Uint8Array, p2Head: Uint8Array): Uint8Array {
  return suite.sha256(ascii("LK1 pair"), lockId, p1, p2Head);
}

/** PMK 32 | K_LG 16 | K_GL 16. */
function deriveKeys(suite: Suite, prk: Secret, th: Uint8Array): PairKeys {
  const keys = suite.hkdfExpand(prk, concat(ascii("LK1 pair keys"), th), 64);
  const parts = { pmk: keys.part(0, 32), keyLG: keys.part(32, 48), keyGL: keys.part(48, 64) };
  wipe({ prk, keys });
  return parts;
}
