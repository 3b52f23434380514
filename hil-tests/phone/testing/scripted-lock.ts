import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Secret } from "../../../crypto/secret.ts";
import type { Random } from "../../../protocol/random.ts";
import { answerA1 } from "../../../protocol/session/pass.ts";
import { openCommand, type SecureChannel, sealResponse } from "../../../protocol/session/secure-channel.ts";
import { type Command, decodeCommand } from "../../../protocol/wire/commands.ts";
import { decodeMessage } from "../../../protocol/wire/messages.ts";
import type { FrameCarrier } from "../frame-carrier.ts";

/** A lock that proves itself as it should and then says whatever a test wants: the bytes of a response. */
export class ScriptedLock implements FrameCarrier {
  readonly #identity: { lockId: Uint8Array; sigKey: Secret };
  readonly #random: Random;
  readonly #respond: (command: Command) => Uint8Array;
  #channel: SecureChannel | undefined;

  constructor(
    identity: { lockId: Uint8Array; sigKey: Secret },
    random: Random,
    respond: (command: Command) => Uint8Array,
  ) {
    this.#identity = identity;
    this.#random = random;
    this.#respond = respond;
  }

  async request(frame: Uint8Array): Promise<Uint8Array> {
    if (decodeMessage(frame).type === "A1") {
      const greeting = { challenge: this.#random.bytes(8), time: 0 };
      const { channel, a2 } = answerA1(opensslSuite, this.#random, this.#identity, frame, greeting);
      this.#channel = channel;
      return a2;
    }
    const opened = openCommand(opensslSuite, this.#channel!, frame);
    const command = decodeCommand(opened.command);
    if (!command.ok) throw new Error("a phone sends no such command");
    const { channel, message } = sealResponse(opensslSuite, opened.channel, this.#respond(command.value));
    this.#channel = channel;
    return message;
  }

  async close(): Promise<void> {}
}
