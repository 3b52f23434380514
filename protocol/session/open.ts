import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import type { Random } from "../random.ts";
import { ascii, concat } from "../wire/bytes.ts";
import { expectMessage } from "../wire/expect-message.ts";
import { encodeHead, encodeMessage, OPEN_MAC_BYTES, TRANSACTION_ID_BYTES } from "../wire/messages.ts";
import { type Caps, readCaps, writeCaps } from "./caps.ts";
import { agree, drawEphemeral, unseal } from "./handshake.ts";
import { greetingNonce, type SecureChannel } from "./secure-channel.ts";
import { wipe, wipeIfThrown } from "./wipe.ts";

// OPEN (protocol.md §3): O1 and O2 between a gateway and a lock that share a slot's PMK. A frame of the wrong type or
// length throws and leaves the state as it was; any other failure throws and wipes it.

/** The gateway has sent O1. */
export interface OpenAwaitingO2 {
  readonly pmk: Secret;
  readonly ephemeral: Secret;
  readonly o1: Uint8Array;
}

/** K_GL, K_LG and RMS. */
interface OpenKeys {
  readonly keyGL: Secret;
  readonly keyLG: Secret;
  readonly rms: Secret;
}

/** Gateway: O1. */
export function startOpen(
  suite: Suite,
  random: Random,
  slot: number,
  pmk: Secret,
): { state: OpenAwaitingO2; o1: Uint8Array } {
  const ephemeral = drawEphemeral(suite, random);
  const unsigned = { type: "O1", slot, ephemeral: suite.p256PublicKey(ephemeral) } as const;
  const mac = openMac(suite, pmk, encodeHead({ ...unsigned, mac: new Uint8Array(0) }));
  const o1 = encodeMessage({ ...unsigned, mac });
  return { state: { pmk: pmk.part(0, pmk.length), ephemeral, o1 }, o1 };
}

/** Lock: whether O1's sender holds PMK, or replays one who did. Costs no point multiplication. Throws as `decodeMessage`. */
export function isO1Authentic(suite: Suite, pmk: Secret, o1: Uint8Array): boolean {
  const { mac } = expectMessage(o1, "O1");
  return suite.equal(mac, openMac(suite, pmk, o1.subarray(0, -OPEN_MAC_BYTES)));
}

/**
 * Lock: O1 → O2. The session proves nothing of the gateway until the first C verifies; then the new RMS replaces the old
 * one. Throws ProtocolError("wrong-mac" | "bad-point").
 */
export function answerO1(
  suite: Suite,
  random: Random,
  pmk: Secret,
  o1: Uint8Array,
  caps: Caps,
): { channel: SecureChannel; rms: Secret; o2: Uint8Array } {
  if (!isO1Authentic(suite, pmk, o1)) throw new ProtocolError("wrong-mac");
  const peer = expectMessage(o1, "O1").ephemeral;
  const ephemeral = drawEphemeral(suite, random);
  const head = {
    type: "O2",
    ephemeral: suite.p256PublicKey(ephemeral),
    transactionId: random.bytes(TRANSACTION_ID_BYTES),
  } as const;
  const th = transcriptHash(suite, o1, encodeHead(head));
  const { keyGL, keyLG, rms } = deriveKeys(suite, agree(suite, pmk, ephemeral, peer), th);
  const sealed = suite.ccmSeal(keyLG, greetingNonce(head.transactionId), th, writeCaps(caps));
  return {
    channel: { transactionId: head.transactionId, sendKey: keyLG, receiveKey: keyGL, counter: 0, awaits: "command" },
    rms,
    o2: encodeMessage({ ...head, sealed }),
  };
}

/** Gateway: O2. The lock is proven; `rms` counts once the first C has been answered. */
export function readO2(
  suite: Suite,
  state: OpenAwaitingO2,
  o2: Uint8Array,
): { channel: SecureChannel; rms: Secret; caps: Caps } {
  const message = expectMessage(o2, "O2");
  return wipeIfThrown(state, () => {
    const th = transcriptHash(suite, state.o1, encodeHead(message));
    const keys = deriveKeys(suite, agree(suite, state.pmk, state.ephemeral, message.ephemeral), th);
    const { transactionId, sealed } = message;
    const caps = wipeIfThrown(keys, () =>
      readCaps(unseal(suite, keys.keyLG, greetingNonce(transactionId), th, sealed)),
    );
    wipe(state);
    const { keyGL, keyLG, rms } = keys;
    return { channel: { transactionId, sendKey: keyGL, receiveKey: keyLG, counter: 0, awaits: "command" }, rms, caps };
  });
}

/** HMAC(Expand(PMK, "LK1 open mac", 32), hdr|slot|E_G)[0..8]. */
function openMac(suite: Suite, pmk: Secret, head: Uint8Array): Uint8Array {
  const key = suite.hkdfExpand(pmk, ascii("LK1 open mac"), 32);
  const mac = suite.hmacSha256(key, head);
  key.wipe();
  return mac.slice(0, OPEN_MAC_BYTES);
}

function transcriptHash(suite: Suite, o1: Uint8Array, o2Head: Uint8Array): Uint8Array {
  return suite.sha256(ascii("LK1 open"), o1, o2Head);
}

/** K_GL 16 | K_LG 16 | RMS 32. */
function deriveKeys(suite: Suite, prk: Secret, th: Uint8Array): OpenKeys {
  const keys = suite.hkdfExpand(prk, concat(ascii("LK1 session"), th), 64);
  const parts = { keyGL: keys.part(0, 16), keyLG: keys.part(16, 32), rms: keys.part(32, 64) };
  wipe({ prk, keys });
  return parts;
}
