import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { concat, uint8, uint16, uint32 } from "../../../protocol/wire/bytes.ts";

/** What mutation draws from. */
export interface Material {
  readonly random: SeededRandom;
  /** Not empty. */
  readonly corpus: readonly Uint8Array[];
  readonly dictionary: readonly Uint8Array[];
  readonly inputBytesMax: number;
}

const STEPS_MAX = 6;
const PIECE_BYTES_MAX = 32;
const EDGES = [0, 1, 2, 0x17, 0x18, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff];
const WIDE_EDGES = [uint16(0xffff), uint16(0x8000), uint16(1025), uint32(0xffffffff), uint32(0x80000000), uint32(0)];

type Step = (input: Uint8Array, material: Material) => Uint8Array;

/** Some entry of the corpus, changed a little; the newest entries are taken more often. */
export function mutated(material: Material): Uint8Array {
  const { random, corpus, inputBytesMax } = material;
  let input = corpus[Math.max(random.below(corpus.length), random.below(corpus.length))]!;
  const steps = 1 + random.below(STEPS_MAX);
  for (let i = 0; i < steps; i++) input = STEPS[random.below(STEPS.length)]!(input, material);
  return input.subarray(0, inputBytesMax);
}

const flipBit: Step = (input, { random }) => changed(input, random, (byte) => byte ^ (1 << random.below(8)));

const setByte: Step = (input, { random }) => changed(input, random, () => random.below(256));

const setEdge: Step = (input, { random }) => changed(input, random, () => pick(random, EDGES));

const addLittle: Step = (input, { random }) => changed(input, random, (byte) => byte + random.below(9) - 4);

const remove: Step = (input, { random }) => {
  const [from, to] = piece(input, random);
  return concat(input.subarray(0, from), input.subarray(to));
};

const truncate: Step = (input, { random }) => input.subarray(0, random.below(input.length + 1));

const insertBytes: Step = (input, { random }) =>
  inserted(input, random, random.bytes(1 + random.below(pick(random, [1, 4, PIECE_BYTES_MAX]))));

const insertToken: Step = (input, { random, dictionary }) =>
  dictionary.length === 0 ? setEdge(input, { random } as Material) : inserted(input, random, pick(random, dictionary));

const writeToken: Step = (input, { random, dictionary }) =>
  overwritten(input, random, dictionary.length === 0 ? pick(random, WIDE_EDGES) : pick(random, dictionary));

const writeEdge: Step = (input, { random }) => overwritten(input, random, pick(random, WIDE_EDGES));

const repeatPiece: Step = (input, { random }) => {
  const [from, to] = piece(input, random);
  return concat(input.subarray(0, to), input.subarray(from));
};

const movePiece: Step = (input, { random }) => {
  const [from, to] = piece(input, random);
  return inserted(concat(input.subarray(0, from), input.subarray(to)), random, input.subarray(from, to));
};

const insertFromOther: Step = (input, { random, corpus }) => {
  const other = pick(random, corpus);
  const [from, to] = piece(other, random);
  return inserted(input, random, other.subarray(from, to));
};

const crossOver: Step = (input, { random, corpus }) => {
  const other = pick(random, corpus);
  return concat(input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1)));
};

const STEPS: readonly Step[] = [
  flipBit,
  setByte,
  setEdge,
  addLittle,
  remove,
  truncate,
  insertBytes,
  insertToken,
  writeToken,
  writeEdge,
  repeatPiece,
  movePiece,
  insertFromOther,
  crossOver,
];

function pick<T>(random: SeededRandom, choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}

function changed(input: Uint8Array, random: SeededRandom, change: (byte: number) => number): Uint8Array {
  if (input.length === 0) return uint8(random.below(256));
  const copy = Uint8Array.from(input);
  const at = random.below(copy.length);
  copy[at] = change(copy[at]!);
  return copy;
}

function inserted(input: Uint8Array, random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(input.length + 1);
  return concat(input.subarray(0, at), bytes, input.subarray(at));
}

function overwritten(input: Uint8Array, random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(input.length + 1);
  return concat(input.subarray(0, at), bytes, input.subarray(at + bytes.length));
}

/** Where a piece begins and ends: a short one, or now and then any. */
function piece(input: Uint8Array, random: SeededRandom): [number, number] {
  const from = random.below(input.length + 1);
  const lengthMax = random.below(4) === 0 ? input.length : Math.min(input.length, PIECE_BYTES_MAX);
  return [from, Math.min(input.length, from + 1 + random.below(lengthMax + 1))];
}
