import type { Happening } from "../happening.ts";

/** Something that always holds. It sees everything that happens, in order, and keeps what it needs to judge. */
export interface Invariant {
  /** A fact, in words. */
  readonly name: string;
  /** What is broken by this happening, in a sentence; undefined if nothing is. `atMs` is the world's own time since its beginning. */
  see(happening: Happening, atMs: number): string | undefined;
}
