import type { Clock } from "../../protocol/clock.ts";
import { ProblemError } from "./problem.ts";
import { type BucketSize, TokenBuckets } from "./token-bucket.ts";

/** How often who may ask. */
export interface RateLimits {
  /** Requests that show a wrong token or signature, from one address. Right ones from there go on working. */
  failuresPerAddress: BucketSize;
  /** What one token asks for that it may not have, that is not there, or that is wrong in itself: whoever feels around. */
  failuresPerToken: BucketSize;
  writesPerToken: BucketSize;
  writesPerAddress: BucketSize;
}

/** A backend that gives ten thousand grants at once takes some minutes; whoever tries doors or ids gets nowhere. */
export const RATE_LIMITS: RateLimits = {
  failuresPerAddress: { burst: 20, perSecond: 0.2 },
  failuresPerToken: { burst: 200, perSecond: 1 },
  writesPerToken: { burst: 1_000, perSecond: 20 },
  writesPerAddress: { burst: 2_000, perSecond: 40 },
};

const READS = ["GET", "HEAD", "OPTIONS"];
/** 404 and 422 are how ids and PINs are tried, 403 how rights are. */
const FEELING_AROUND = [403, 404, 422];

/** Turns away who asks too often. */
export class RateLimiter {
  readonly #failuresPerAddress: TokenBuckets;
  readonly #failuresPerToken: TokenBuckets;
  readonly #writesPerToken: TokenBuckets;
  readonly #writesPerAddress: TokenBuckets;

  constructor(clock: Clock, limits: RateLimits) {
    this.#failuresPerAddress = new TokenBuckets(clock, limits.failuresPerAddress);
    this.#failuresPerToken = new TokenBuckets(clock, limits.failuresPerToken);
    this.#writesPerToken = new TokenBuckets(clock, limits.writesPerToken);
    this.#writesPerAddress = new TokenBuckets(clock, limits.writesPerAddress);
  }

  /** Takes a turn for a request of this token. Throws ProblemError("too-many-requests"). */
  assertTurn(tokenId: string, { method, ip }: { method: string; ip: string }): void {
    turnAway(this.#failuresPerToken.waitSeconds(tokenId));
    if (READS.includes(method)) return;
    turnAway(this.#writesPerToken.take(tokenId));
    turnAway(this.#writesPerAddress.take(ip));
  }

  /** How a request of this token was answered. */
  answered(tokenId: string, status: number): void {
    if (FEELING_AROUND.includes(status)) this.#failuresPerToken.take(tokenId);
  }

  /** What to answer at this address to a token or a signature that is missing or wrong. */
  refusalOf(ip: string, detail?: string): ProblemError {
    const waitSeconds = this.#failuresPerAddress.take(ip);
    return waitSeconds === 0 ? new ProblemError("unauthorized", detail) : tooOften(waitSeconds);
  }
}

function turnAway(waitSeconds: number): void {
  if (waitSeconds > 0) throw tooOften(waitSeconds);
}

function tooOften(retryAfterSeconds: number): ProblemError {
  const sentence = `Asked too often: it will be answered again in ${retryAfterSeconds} s.`;
  return new ProblemError("too-many-requests", sentence, { retryAfterSeconds });
}
