/** A change of one compiled file; `file` is its path from dist/, and `find` is in it exactly once. */
interface BugPatch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A deliberate mistake that the simulation must find. */
export interface Bug {
  /** What went wrong, as its author would not have put it. */
  readonly name: string;
  /** The sentence that it breaks, of docs/protocol.md unless it says otherwise. */
  readonly breaks: string;
  readonly patches: readonly BugPatch[];
  /** The first seed finds it within a few simulated hours. */
  readonly isQuick?: boolean;
  /** It must be found by one of the seeds from 1 up to this one. */
  readonly seedsMax: number;
}
