import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import { concat, uint16 } from "../wire/bytes.ts";
import { expectMessage } from "../wire/expect-message.ts";
import { encodeHead, encodeMessage } from "../wire/messages.ts";
import { unseal } from "./handshake.ts";
import { wipe, wipeIfThrown } from "./wipe.ts";

/**
 * The session that OPEN, RESUME and PASS end in (protocol.md §3): commands one way, responses the other, one in flight.
 *
 * Every step returns the channel to go on with; the one it was given has had its day and must not be used again, or a
 * nonce would repeat. A frame of the wrong type or length, and ERR, throw and leave the channel as it was; a wrong tag
 * or CmdCtr throws and wipes its keys. To resend, the caller keeps the bytes.
 */
export interface SecureChannel {
  /** TI, 4 bytes. */
  readonly transactionId: Uint8Array;
  readonly sendKey: Secret;
  readonly receiveKey: Secret;
  /** CmdCtr of the command that is in flight or comes next. */
  readonly counter: number;
  readonly awaits: "command" | "response";
}

/** CmdCtr never gets here: O2 and A2 have used this nonce. */
const COUNTER_END = 0xffff;

/** Initiator (gateway or bearer): C. Throws ProtocolError("session-exhausted") when all 65,535 commands are spent. */
export function sealCommand(
  suite: Suite,
  channel: SecureChannel,
  command: Uint8Array,
): { channel: SecureChannel; message: Uint8Array } {
  expectCommandNext(channel);
  return { channel: { ...channel, awaits: "response" }, message: seal(suite, channel, "C", command) };
}

/** Responder (lock): the command in C. */
export function openCommand(
  suite: Suite,
  channel: SecureChannel,
  message: Uint8Array,
): { channel: SecureChannel; command: Uint8Array } {
  expectCommandNext(channel);
  return { command: open(suite, channel, "C", message), channel: { ...channel, awaits: "response" } };
}

/** Responder: R, with the CmdCtr of its C. */
export function sealResponse(
  suite: Suite,
  channel: SecureChannel,
  response: Uint8Array,
): { channel: SecureChannel; message: Uint8Array } {
  expectTurn(channel, "response");
  return { channel: afterResponse(channel), message: seal(suite, channel, "R", response) };
}

/** Initiator: the response in R. */
export function openResponse(
  suite: Suite,
  channel: SecureChannel,
  message: Uint8Array,
): { channel: SecureChannel; response: Uint8Array } {
  expectTurn(channel, "response");
  return { response: open(suite, channel, "R", message), channel: afterResponse(channel) };
}

/** Forgets the keys: the session has ended. */
export function wipeChannel(channel: SecureChannel): void {
  wipe(channel);
}

/** TI 4 | 0^7 | ctr 2. */
export function channelNonce(transactionId: Uint8Array, counter: number): Uint8Array {
  return concat(transactionId, new Uint8Array(7), uint16(counter));
}

/** The nonce of caps in O2 and of the content of A2. */
export function greetingNonce(transactionId: Uint8Array): Uint8Array {
  return channelNonce(transactionId, COUNTER_END);
}

function seal(suite: Suite, { transactionId, sendKey, counter }: SecureChannel, type: "C" | "R", text: Uint8Array) {
  const head = { type, counter };
  const sealed = suite.ccmSeal(sendKey, channelNonce(transactionId, counter), encodeHead(head), text);
  return encodeMessage({ ...head, sealed });
}

function open(suite: Suite, channel: SecureChannel, type: "C" | "R", frame: Uint8Array): Uint8Array {
  const message = expectMessage(frame, type);
  return wipeIfThrown(channel, () => {
    if (message.counter !== channel.counter) throw new ProtocolError("wrong-counter");
    const nonce = channelNonce(channel.transactionId, message.counter);
    return unseal(suite, channel.receiveKey, nonce, encodeHead(message), message.sealed);
  });
}

function expectCommandNext(channel: SecureChannel): void {
  expectTurn(channel, "command");
  if (channel.counter < COUNTER_END) return;
  wipe(channel);
  throw new ProtocolError("session-exhausted");
}

/** Steps out of turn are a mistake of ours. */
function expectTurn(channel: SecureChannel, turn: SecureChannel["awaits"]): void {
  if (channel.awaits !== turn) throw new Error(`the channel awaits a ${channel.awaits}, not a ${turn}`);
}

function afterResponse(channel: SecureChannel): SecureChannel {
  return { ...channel, counter: channel.counter + 1, awaits: "command" };
}
