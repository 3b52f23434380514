import type { Clock } from "../../protocol/clock.ts";
import type { ResumeAwaitingS2 } from "../../protocol/session/resume.ts";
import { wipe } from "../../protocol/session/wipe.ts";
import { LockWord } from "./lock-word.ts";

/** What a link to a lock remembers from one session to the next, under the same slot. */
export class LinkMemory {
  readonly word: LockWord;
  /** The last exchange failed: before anything else is sent, OPEN shows how things stand, and changes nothing. */
  isInDoubt = false;
  /** The newest S1 and its keys, as long as its reply is missing and no other session has begun. */
  unanswered: { state: ResumeAwaitingS2; s1: Uint8Array } | undefined;

  constructor(clock: Clock) {
    this.word = new LockWord(clock);
  }

  forgetUnanswered(): void {
    if (this.unanswered) wipe(this.unanswered.state);
    this.unanswered = undefined;
  }
}
