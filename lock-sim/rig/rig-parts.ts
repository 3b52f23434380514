import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import type { Lock } from "../lock.ts";
import type { FaultyLink } from "../port/faulty-link.ts";

/** What is printed on the lock; the label holds the pairing secret, and anyone at the door can read it. */
export interface Print {
  readonly lockId: string;
  readonly label: string;
}

/** A lock and what a rig needs to handle it. */
export interface RigParts {
  readonly lock: Lock;
  readonly print: Print;
  /** What lies between the lock and its carrier. */
  readonly link: FaultyLink;
  readonly clock: Clock;
  /** Of the tags that are held to the reader. */
  readonly random: Random;
  readonly suite: Suite;
}
