import assert from "node:assert/strict";
import type { Suite } from "../../../crypto/suite.ts";
import { openResponse, type SecureChannel, sealCommand } from "../../../protocol/session/secure-channel.ts";
import { type Command, encodeCommand } from "../../../protocol/wire/commands.ts";
import { Reason, reasonName } from "../../../protocol/wire/reason.ts";
import { decodeResponse, type Response, type Responses } from "../../../protocol/wire/responses.ts";
import type { TestLine } from "./test-line.ts";

/** The far end of a session with a lock: a gateway's or a bearer's. */
export class TestSession {
  readonly line: TestLine;
  /** What the next order must name, as the lock said last. */
  challenge: Uint8Array;
  readonly #suite: Suite;
  #channel: SecureChannel;

  constructor(suite: Suite, line: TestLine, channel: SecureChannel, challenge: Uint8Array) {
    this.#suite = suite;
    this.line = line;
    this.#channel = channel;
    this.challenge = challenge;
  }

  /** C with any bytes as its command; the session then awaits R. */
  seal(command: Uint8Array): Uint8Array {
    const { channel, message } = sealCommand(this.#suite, this.#channel, command);
    this.#channel = channel;
    return message;
  }

  /** C with this command, for whoever sends it by hand. */
  sealed(command: Command): Uint8Array {
    return this.seal(encodeCommand(command));
  }

  /** The response in R. */
  unseal(r: Uint8Array): Uint8Array {
    const { channel, response } = openResponse(this.#suite, this.#channel, r);
    this.#channel = channel;
    return response;
  }

  /** One command and its response. */
  ask<C extends Command>(command: C): Response<C["name"]> {
    const r = this.line.request(this.sealed(command));
    assert(r, `no answer to ${command.name}`);
    return this.read(command, r);
  }

  /** What R answers the command. */
  read<C extends Command>(command: C, r: Uint8Array): Response<C["name"]> {
    const response = decodeResponse<C["name"]>(command.name, this.unseal(r));
    const next = response.ok ? response.value : response.refusal;
    if ("challenge" in next) this.challenge = next.challenge as Uint8Array;
    return response;
  }

  /** What the lock answers to a command that it does. */
  done<C extends Command>(command: C): Responses[C["name"]] {
    const response = this.ask(command);
    assert(response.ok, response.ok ? "" : `${command.name}: ${reasonName(response.refusal.reason)}`);
    return response.value;
  }

  /** Why the lock refuses a command; 0 if it does not. */
  reason(command: Command): Reason {
    const response = this.ask(command);
    return response.ok ? Reason.done : response.refusal.reason;
  }
}
