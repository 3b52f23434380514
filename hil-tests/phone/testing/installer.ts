import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import type { Label } from "../../../protocol/documents/label.ts";
import type { Random } from "../../../protocol/random.ts";
import { readO2, startOpen } from "../../../protocol/session/open.ts";
import { readP2, readP4, startPair, writeP3 } from "../../../protocol/session/pair.ts";
import type { LockInfo, SiteInfo } from "../../../protocol/session/pair-contents.ts";
import { openResponse, sealCommand } from "../../../protocol/session/secure-channel.ts";
import { type Command, encodeCommand } from "../../../protocol/wire/commands.ts";
import { decodeResponse } from "../../../protocol/wire/responses.ts";
import type { FrameCarrier } from "../frame-carrier.ts";

/** The tool that pairs a lock which no gateway will reach, and brings it its first roster (protocol.md §7). */
export class Installer {
  readonly #suite: Suite;
  readonly #random: Random;
  #slot: { lockInfo: LockInfo; pmk: Secret } | undefined;

  constructor(suite: Suite, random: Random) {
    this.#suite = suite;
    this.#random = random;
  }

  /** The lock must be in pairing mode. */
  async pair(carrier: FrameCarrier, label: Label, site: SiteInfo): Promise<void> {
    const started = startPair(this.#suite, this.#random, label);
    const awaiting = readP2(this.#suite, started.state, await carrier.request(started.p1));
    const { state, p3 } = writeP3(this.#suite, awaiting, site);
    readP4(this.#suite, state, await carrier.request(p3));
    this.#slot = awaiting;
  }

  /** Runs the commands in a session of their own. Throws if one is refused. */
  async run(carrier: FrameCarrier, commands: Command[]): Promise<void> {
    if (!this.#slot) throw new Error("pair first");
    const { lockInfo, pmk } = this.#slot;
    const { state, o1 } = startOpen(this.#suite, this.#random, lockInfo.slot, pmk);
    let { channel } = readO2(this.#suite, state, await carrier.request(o1));
    for (const command of commands) {
      const sealed = sealCommand(this.#suite, channel, encodeCommand(command));
      const opened = openResponse(this.#suite, sealed.channel, await carrier.request(sealed.message));
      channel = opened.channel;
      const response = decodeResponse(command.name, opened.response);
      if (!response.ok) throw new Error(`${command.name} is refused with ${response.refusal.reason}`);
    }
  }
}
