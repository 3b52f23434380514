import { Secret } from "../../../../crypto/secret.ts";
import { startOpen } from "../../../../protocol/session/open.ts";
import { startPair } from "../../../../protocol/session/pair.ts";
import { startResume } from "../../../../protocol/session/resume.ts";
import { concat, uint8 } from "../../../../protocol/wire/bytes.ts";
import { encodeCommand } from "../../../../protocol/wire/commands.ts";
import { FRAME_BYTES_MAX } from "../../../../protocol/wire/messages.ts";
import type { Target } from "../../engine/target.ts";
import { CBOR_TOKENS } from "../cbor-tokens.ts";
import { Script } from "../script.ts";
import { FurnishedLock } from "./furnished-lock.ts";
import { guardedFacts, progressOf } from "./lock-facts.ts";
import { assertOnlyAuthorised, assertProgress, assertStillServes, assertUnchanged } from "./oracle.ts";
import { Visitors } from "./visitors.ts";

const STEPS_MAX = 60;
const PAUSES_MS = [0, 1, 10, 250, 1_000, 5_000, 16_000, 61_000, 121_000, 3_600_000];

const Step = {
  wait: 0,
  frame: 1,
  replay: 2,
  altered: 3,
  open: 4,
  command: 5,
  anyCommand: 6,
  flipped: 7,
  resume: 8,
  pass: 9,
  hands: 10,
  power: 11,
  powerCut: 12,
  reconnect: 13,
  pairingButton: 14,
  forged: 15,
} as const;

/**
 * Any sequence of what can come to a lock: good, broken, recorded and forged messages over four lines, time, hands, power cuts.
 * Whatever nobody with a key has said changes nothing that is guarded, and afterwards the lock still serves its people.
 */
export const firmwareSession: Target = {
  name: "firmware",
  seeds: () => SEEDS.map((steps) => concat(...steps.map((step) => Uint8Array.from(step)))),
  dictionary: [...Object.values(Step).map(uint8), ...CBOR_TOKENS],
  inputBytesMax: 400,
  batch: 40,
  allowed: [],
  open: () => {
    const furnished = new FurnishedLock();
    return { execute: (input) => play(new Visitors(furnished.take()), new Script(input)) };
  },
};

const SEEDS: readonly (readonly (readonly number[])[])[] = [
  [
    [Step.open, 0],
    [Step.command, 0, 15],
    [Step.command, 0, 13, 0, 0, 60],
    [Step.wait, 5],
    [Step.command, 0, 0, 1, 20],
  ],
  [
    [Step.open, 0],
    [Step.command, 0, 2, 1],
    [Step.command, 0, 3, 0],
    [Step.command, 0, 4],
    [Step.command, 0, 7, 0],
  ],
  [
    [Step.resume, 0, 0, 15],
    [Step.command, 0, 13, 0, 0, 60],
    [Step.replay, 1, 0],
    [Step.replay, 2, 1],
    [Step.replay, 0, 0],
  ],
  [
    [Step.resume, 0, 0, 13, 0, 0, 60],
    [Step.wait, 4],
    [Step.replay, 0, 0],
    [Step.power],
    [Step.power],
    [Step.replay, 1, 0],
  ],
  [
    [Step.pass, 0],
    [Step.command, 0, 13, 4, 0, 60],
    [Step.wait, 5],
    [Step.command, 0, 1, 7],
    [Step.command, 0, 2, 1],
  ],
  [
    [Step.hands, 0],
    [Step.wait, 5],
    [Step.hands, 2, 0, 0],
    [Step.wait, 6],
    [Step.hands, 1, 7],
    [Step.hands, 1, 8],
  ],
  [
    [Step.open, 0],
    [Step.anyCommand, 0, 2, 0x81, 0x01],
    [Step.anyCommand, 0, 3, 0x82, 0x03, 0x01],
    [Step.flipped, 0, 9, 15],
  ],
  [
    [Step.open, 1],
    [Step.powerCut, 3],
    [Step.command, 1, 13, 0, 0, 60],
    [Step.command, 1, 12],
    [Step.power],
    [Step.open, 0],
    [Step.command, 0, 15],
  ],
  [
    [Step.pairingButton],
    [Step.forged, 0, 1],
    [Step.forged, 0, 0],
    [Step.forged, 1, 2],
    [Step.forged, 2, 3],
    [Step.wait, 8],
  ],
  [
    [Step.frame, 0, 2, 0x1f, 0x01],
    [Step.open, 2],
    [Step.replay, 3, 1],
    [Step.altered, 2, 0, 8],
    [Step.reconnect, 5],
  ],
];

function play(visitors: Visitors, script: Script): void {
  const { lock } = visitors.bench;
  for (let steps = 0; steps < STEPS_MAX && !script.isOver; steps++) {
    const before = { facts: guardedFacts(lock), progress: progressOf(lock) };
    const isAuthentic = take(visitors, script);
    if (!isAuthentic) assertUnchanged(before.facts, guardedFacts(lock));
    assertProgress(before.progress, progressOf(lock));
    assertOnlyAuthorised(visitors);
  }
  assertStillServes(visitors);
}

/** Takes one step; whether somebody with a key, a hand, or time and power themselves may have changed something. */
function take(visitors: Visitors, script: Script): boolean {
  const { bench } = visitors;
  const { lock } = bench;
  switch (script.byte() % 16) {
    case Step.frame:
      visitors.send(script.byte(), script.piece().subarray(0, FRAME_BYTES_MAX));
      return false;
    case Step.replay: {
      const [line, frame] = [script.byte(), visitors.sent.at(-1 - script.byte())];
      if (frame) visitors.send(line, frame.bytes);
      // One that was lost on the way arrives for the first time.
      return frame !== undefined && !frame.wasAnswered;
    }
    case Step.altered: {
      const [line, frame, bit] = [script.byte(), visitors.sent.at(-1 - script.byte()), script.byte() * 5];
      if (!frame || frame.bytes.length === 0) return true;
      const at = (bit >> 3) % frame.bytes.length;
      visitors.send(line, frame.bytes.with(at, frame.bytes[at]! ^ (1 << (bit & 7))));
      return false;
    }
    case Step.forged:
      visitors.send(script.byte(), forged(visitors, script));
      return false;
    case Step.flipped: {
      const [line, bit] = [script.byte(), script.byte()];
      visitors.command(line, encodeCommand(visitors.goodCommand(line, script)), bit);
      return true;
    }
    case Step.open:
      visitors.open(script.byte());
      return true;
    case Step.command: {
      const line = script.byte();
      visitors.command(line, encodeCommand(visitors.goodCommand(line, script)));
      return true;
    }
    case Step.anyCommand:
      visitors.command(script.byte(), script.piece());
      return true;
    case Step.resume: {
      const [line, ahead] = [script.byte(), script.byte()];
      visitors.resume(line, ahead, visitors.goodCommand(line, script));
      return true;
    }
    case Step.pass:
      visitors.pass(script.byte());
      return true;
    case Step.hands:
      visitors.hands(script);
      return true;
    case Step.power:
      if (lock.firmware) lock.powerOff();
      else lock.powerOn();
      return true;
    case Step.powerCut:
      lock.cutPowerAtFlashOperation(1 + script.byte(), 100);
      return true;
    case Step.reconnect:
      visitors.reconnect(script.byte());
      return true;
    case Step.pairingButton:
      lock.pressPairingButton();
      return true;
    default:
      bench.clock.advance(script.pick(PAUSES_MS));
      return true;
  }
}

/** By somebody who knows the protocol and everything but a key. */
function forged({ bench }: Visitors, script: Script): Uint8Array {
  const { suite, random, label } = bench;
  const wrong = new Secret(new Uint8Array(32).fill(script.byte()));
  switch (script.byte() % 3) {
    case 0:
      return startOpen(suite, random, script.byte() % 5, wrong).o1;
    case 1:
      return startResume(suite, random, script.byte() % 5, 0xffffffff, wrong, Uint8Array.of(0x81, 0x01)).s1;
    default:
      return startPair(suite, random, { lockId: label.lockId, secret: wrong.part(0, 16) }).p1;
  }
}
