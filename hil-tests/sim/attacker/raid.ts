import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import type { SlotRow } from "../../../gateway/store/lock-store.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { ProtocolError } from "../../../protocol/protocol-error.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Caps } from "../../../protocol/session/caps.ts";
import { type OpenAwaitingO2, readO2, startOpen } from "../../../protocol/session/open.ts";
import { openResponse, type SecureChannel, sealCommand } from "../../../protocol/session/secure-channel.ts";
import { type Command, encodeCommand } from "../../../protocol/wire/commands.ts";
import type { Line, Link } from "../carriers/link.ts";

type State =
  | { kind: "opening"; awaiting: OpenAwaitingO2 }
  | { kind: "talking"; channel: SecureChannel; left: readonly Command[] };

const GIVES_UP_MS = 60_000;

/** One session under a stolen slot: OPEN, then one command after another, whatever the lock says to them. */
export class Raid {
  readonly #commandsFor: (caps: Caps) => readonly Command[];
  readonly #line: Line;
  #state: State;

  /** Throws TransportError if the lock takes no connection. */
  constructor(
    link: Link,
    clock: Clock,
    random: Random,
    slot: SlotRow,
    commandsFor: (caps: Caps) => readonly Command[],
  ) {
    const { state, o1 } = startOpen(deterministicSuite, random, slot.slot, slot.pmk);
    this.#commandsFor = commandsFor;
    this.#state = { kind: "opening", awaiting: state };
    this.#line = link.connect("attacker", { receive: (frame) => this.#receive(frame), lost() {} });
    clock.schedule(GIVES_UP_MS, () => this.#line.end());
    this.#line.send(o1);
  }

  #receive(frame: Uint8Array): void {
    try {
      this.#goOn(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#line.end();
    }
  }

  #goOn(frame: Uint8Array): void {
    if (this.#state.kind === "opening") {
      const { channel, caps } = readO2(deterministicSuite, this.#state.awaiting, frame);
      this.#say(channel, this.#commandsFor(caps));
      return;
    }
    const { channel } = openResponse(deterministicSuite, this.#state.channel, frame);
    this.#say(channel, this.#state.left);
  }

  #say(channel: SecureChannel, [command, ...left]: readonly Command[]): void {
    if (!command) {
      this.#line.end();
      return;
    }
    const sealed = sealCommand(deterministicSuite, channel, encodeCommand(command));
    this.#state = { kind: "talking", channel: sealed.channel, left };
    this.#line.send(sealed.message);
  }
}
