import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Caps } from "../../../protocol/session/caps.ts";
import { readO2, startOpen } from "../../../protocol/session/open.ts";
import { readA2, startPass } from "../../../protocol/session/pass.ts";
import { readS2, startResume } from "../../../protocol/session/resume.ts";
import { openResponse, type SecureChannel, sealCommand } from "../../../protocol/session/secure-channel.ts";
import { type Command, encodeCommand } from "../../../protocol/wire/commands.ts";
import { decodeResponse, type Response } from "../../../protocol/wire/responses.ts";

type Of<N extends Command["name"]> = Extract<Command, { name: N }>;

/** The lock answered with silence, ERR or something that does not open: what was asked has come to nothing. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Where frames go and replies come from. */
export interface Line {
  ask(frame: Uint8Array): Uint8Array | undefined;
}

/** A session with a lock, command by command, for whoever has the keys: the life before the theft, and the thief. */
export class Talk {
  readonly #line: Line;
  #channel: SecureChannel;

  constructor(line: Line, channel: SecureChannel) {
    this.#line = line;
    this.#channel = channel;
  }

  /** The same session, over a line that hears or does more; this one must not be used any more. */
  over(line: Line): Talk {
    return new Talk(line, this.#channel);
  }

  /** Throws NoAnswer. */
  ask<N extends Command["name"]>(command: Of<N>): Response<N> {
    return decodeResponse(command.name as N, this.askBytes(encodeCommand(command)));
  }

  /** The whole response to bytes that may be no command at all. Throws NoAnswer. */
  askBytes(command: Uint8Array): Uint8Array {
    const sealed = sealCommand(suite, this.#channel, command);
    const reply = this.#line.ask(sealed.message);
    const opened = orNoAnswer(() => openResponse(suite, sealed.channel, reply!));
    this.#channel = opened.channel;
    return opened.response;
  }
}

/** OPEN (protocol.md §3). Throws NoAnswer. */
export function openTalk(
  line: Line,
  random: Random,
  slot: number,
  pmk: Secret,
): { talk: Talk; caps: Caps; rms: Secret } {
  const { state, o1 } = startOpen(suite, random, slot, pmk);
  const o2 = line.ask(o1);
  const { channel, caps, rms } = orNoAnswer(() => readO2(suite, state, o2!));
  return { talk: new Talk(line, channel), caps, rms };
}

/** RESUME (protocol.md §4) with its first command. Throws NoAnswer. */
export function resumeTalk<N extends Command["name"]>(
  line: Line,
  random: Random,
  { slot, n, rms }: { slot: number; n: number; rms: Secret },
  command: Of<N>,
): { talk: Talk; response: Response<N>; s1: Uint8Array } {
  const { state, s1 } = startResume(suite, random, slot, n, rms, encodeCommand(command));
  const s2 = line.ask(s1);
  const { channel, response } = orNoAnswer(() => readS2(suite, state, s2!));
  return { talk: new Talk(line, channel), response: decodeResponse(command.name as N, response), s1 };
}

/** PASS (protocol.md §5). Throws NoAnswer; so it does if the far end does not prove to be the lock. */
export function passTalk(
  line: Line,
  random: Random,
  lock: { lockId: Uint8Array; sigPk: Uint8Array },
): { talk: Talk; challenge: Uint8Array; time: number } {
  const { state, a1 } = startPass(suite, random);
  const a2 = line.ask(a1);
  const { channel, challenge, time } = orNoAnswer(() => readA2(suite, state, a2!, lock));
  return { talk: new Talk(line, channel), challenge, time };
}

/** What is read of a lock's answer; NoAnswer where that is none. */
export function orNoAnswer<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new NoAnswer("the lock said nothing that opens", { cause: error });
  }
}
