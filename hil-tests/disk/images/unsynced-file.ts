import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";

const SECTOR_BYTES = 512;

type FileChange = { kind: "write"; offset: number; bytes: Uint8Array } | { kind: "truncate"; length: number };

/** How much of what was not synced a power cut leaves. */
type Leaves = "nothing" | "everything" | "beginning" | "some-writes" | "some-sectors";
const LEAVES: readonly Leaves[] = ["nothing", "everything", "beginning", "some-writes", "some-sectors"];

/** One file: what is on the disk for good, and what was done to it since. */
export class UnsyncedFile {
  #synced = new Uint8Array(0);
  #changes: FileChange[] = [];

  change(change: FileChange): void {
    this.#changes.push(change);
  }

  sync(): void {
    this.#synced = this.#changes.reduce(applied, this.#synced);
    this.#changes = [];
  }

  /** A sync has failed: what was not on the disk never will be, although every reader sees it and later syncs succeed. */
  failSync(): void {
    this.#changes = [];
  }

  /** What stands in the file after a power cut now: sectors are whole, their order is nobody's. */
  afterPowerCut(random: SeededRandom): Uint8Array {
    const leaves = LEAVES[random.below(LEAVES.length)]!;
    const survivors = this.#survivors(leaves, random);
    const left = survivors.reduce(applied, this.#synced);
    const whole = this.#changes.reduce(applied, this.#synced);
    // The new length may be there before what stands in it: as zeros, or as what the sectors held of another file.
    if (whole.length <= left.length || random.below(2) === 0) return left;
    const tail =
      random.below(2) === 0 ? new Uint8Array(whole.length - left.length) : random.bytes(whole.length - left.length);
    return joined(left, tail);
  }

  #survivors(leaves: Leaves, random: SeededRandom): FileChange[] {
    switch (leaves) {
      case "nothing":
        return [];
      case "everything":
        return this.#changes;
      case "beginning": {
        const pieces = this.#changes.flatMap(sectorsOf);
        return pieces.slice(0, random.below(pieces.length + 1));
      }
      case "some-writes":
        return this.#changes.filter(() => random.below(2) === 0);
      case "some-sectors":
        return this.#changes.flatMap(sectorsOf).filter(() => random.below(2) === 0);
    }
  }
}

/** The change in parts that a disk takes wholly or not at all. */
function sectorsOf(change: FileChange): FileChange[] {
  if (change.kind === "truncate") return [change];
  const parts: FileChange[] = [];
  for (let from = 0; from < change.bytes.length; ) {
    const offset = change.offset + from;
    const to = from + SECTOR_BYTES - (offset % SECTOR_BYTES);
    parts.push({ kind: "write", offset, bytes: change.bytes.subarray(from, to) });
    from = to;
  }
  return parts;
}

function applied(content: Uint8Array<ArrayBuffer>, change: FileChange): Uint8Array<ArrayBuffer> {
  if (change.kind === "truncate") {
    const cut = new Uint8Array(change.length);
    cut.set(content.subarray(0, change.length));
    return cut;
  }
  const grown = new Uint8Array(Math.max(content.length, change.offset + change.bytes.length));
  grown.set(content);
  grown.set(change.bytes, change.offset);
  return grown;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
