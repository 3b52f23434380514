import type { Suite } from "../../crypto/suite.ts";

/** What of cryptography costs a lock time and charge: what works on points of the curve. */
export interface CryptoCounts {
  readonly keys: number;
  readonly dhs: number;
  readonly signatures: number;
  readonly verifications: number;
}

/** The same suite, and how often it was asked for each. */
export function countCrypto(suite: Suite): { suite: Suite; counts: () => CryptoCounts } {
  const counts = { keys: 0, dhs: 0, signatures: 0, verifications: 0 };
  const counted =
    <Args extends unknown[], Result>(kind: keyof CryptoCounts, primitive: (...args: Args) => Result) =>
    (...args: Args): Result => {
      counts[kind]++;
      return primitive(...args);
    };
  return {
    suite: {
      ...suite,
      p256PublicKey: counted("keys", suite.p256PublicKey),
      p256Dh: counted("dhs", suite.p256Dh),
      es256Sign: counted("signatures", suite.es256Sign),
      es256Verify: counted("verifications", suite.es256Verify),
    },
    counts: () => ({ ...counts }),
  };
}
