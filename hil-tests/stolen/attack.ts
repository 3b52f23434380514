import type { PromiseName } from "./promise.ts";
import type { Scene } from "./scene.ts";

/** A change of one compiled file; `file` is its path from dist/, and `find` is in it exactly once. */
export interface GuardPatch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** One thing that a thief of a gateway tries. */
export interface Attack {
  /** Short, in the thief's words; no two attacks have the same. */
  readonly name: string;
  /** Of docs/protocol.md. */
  readonly section: string;
  /** What keeps it from working; where several things do, one behind another, all of them. */
  readonly guard: string;
  /** What it would break if it worked. */
  readonly against: PromiseName;
  /** Takes all of its guards out of the compiled programs: with these in, it must work. */
  readonly patches: readonly GuardPatch[];
  /** The guard has to be missing in the life before the theft already. */
  readonly isMissedFromTheStart?: true;
  /** Tries it. What came of it the scene's judge sees for itself. Throws NoAnswer where a lock says nothing more. */
  readonly run: (scene: Scene) => void | Promise<void>;
}
