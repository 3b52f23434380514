import { Action } from "../../../protocol/documents/order.ts";
import type { Attack } from "../attack.ts";
import type { Scene } from "../scene.ts";
import { resume } from "../site/carrier.ts";
import { Recorder } from "../thief/recorder.ts";
import { CHALLENGE_STAYS, NO_ENTROPY } from "./without.ts";

const HEARD_FOR_SECONDS = 20;
const OPENINGS = 5;

/** Anna unlocks by an S1 that the stolen gateway sends for her. */
function annaUnlocks(scene: Scene): Uint8Array {
  const { front, people, grants } = scene;
  const { keys, caps } = scene.open(front);
  const { order, grant } = scene.sign(people.anna, front, grants.annas, caps.challenge);
  const { s1 } = resume(scene.wire(front), scene.random, keys, { name: "act", action: Action.unlock, grant, order });
  scene.wait(HEARD_FOR_SECONDS);
  return s1;
}

/** Sending again what was heard. */
export const REPLAYS: readonly Attack[] = [
  {
    name: "send the S1 of an unlock again",
    section: "§4",
    guard: "an executed S1 is answered from its record; its order's challenge is spent",
    against: "bolt",
    patches: [
      { file: "lock-sim/firmware/resuming.js", find: "const ran = isRepeat ?", replace: "const ran = false ?" },
      CHALLENGE_STAYS,
    ],
    run: (scene) => {
      const s1 = annaUnlocks(scene);
      scene.wire(scene.front).ask(s1);
    },
  },
  {
    name: "send an S1 of before the last again",
    section: "§4",
    guard: "n only rises; the order's challenge is spent",
    against: "bolt",
    patches: [
      {
        file: "lock-sim/firmware/resuming.js",
        find: "if (n <= paired.counter.n && !isRepeat)",
        replace: "if (false)",
      },
      CHALLENGE_STAYS,
    ],
    run: (scene) => {
      const { front } = scene;
      const s1 = annaUnlocks(scene);
      resume(scene.wire(front), scene.random, scene.slots.get(front.id)!, { name: "status" });
      scene.wire(front).ask(s1);
    },
  },
  {
    name: "send a C again in its session",
    section: "§3",
    guard: "CmdCtr must match; the order's challenge is spent",
    against: "bolt",
    patches: [
      {
        file: "protocol/session/secure-channel.js",
        find: "if (message.counter !== channel.counter)",
        replace: "if (false)",
      },
      CHALLENGE_STAYS,
    ],
    run: (scene) => {
      const { front, people, grants } = scene;
      const { talk, caps, wire } = scene.open(front);
      const heard = new Recorder(wire);
      scene.give(talk.over(heard), scene.sign(people.anna, front, grants.annas, caps.challenge));
      scene.wait(HEARD_FOR_SECONDS);
      talk.over(wire).ask({ name: "status" });
      wire.ask(heard.requests[0]!);
    },
  },
  {
    name: "play a whole session back",
    section: "§1, §3",
    guard: "a lock draws its own share of every session's keys",
    against: "bolt",
    patches: [NO_ENTROPY],
    run: (scene) => {
      const { front, people, grants } = scene;
      const heard = new Recorder(scene.wire(front));
      const { talk, caps } = scene.openOver(heard, front);
      scene.give(talk, scene.sign(people.anna, front, grants.annas, caps.challenge));
      scene.wait(HEARD_FOR_SECONDS);
      const wire = scene.wire(front);
      for (const frame of heard.requests) wire.ask(frame);
    },
  },
  {
    name: "play a phone's visit back",
    section: "§5",
    guard: "keys and challenge are each PASS session's own",
    against: "bolt",
    patches: [NO_ENTROPY],
    run: (scene) => {
      const { front, people, grants } = scene;
      const heard = new Recorder(scene.wire(front));
      scene.phone(people.anna, front, grants.annas, heard);
      scene.wait(HEARD_FOR_SECONDS);
      const wire = scene.wire(front);
      for (const frame of heard.requests) wire.ask(frame);
    },
  },
  {
    name: "make a lock encrypt twice under one key",
    section: "§1",
    guard: "each side encrypts only under keys with its own fresh randomness in them",
    against: "nonces",
    patches: [NO_ENTROPY],
    run: (scene) => {
      const heard = new Recorder(scene.wire(scene.front));
      scene.openOver(heard, scene.front);
      for (let i = 0; i < OPENINGS; i++) {
        scene.wait(HEARD_FOR_SECONDS);
        scene.wire(scene.front).ask(heard.requests[0]!);
      }
    },
  },
];
