import type { Suite } from "../../../crypto/suite.ts";

/** A suite that counts what costs a lock time and battery. */
export function countingSuite(suite: Suite): { suite: Suite; pointMultiplications: () => number } {
  let count = 0;
  const counted =
    <Args extends unknown[], Result>(primitive: (...args: Args) => Result) =>
    (...args: Args): Result => {
      count++;
      return primitive(...args);
    };
  return {
    suite: {
      ...suite,
      p256PublicKey: counted(suite.p256PublicKey),
      p256Dh: counted(suite.p256Dh),
      es256Sign: counted(suite.es256Sign),
      es256Verify: counted(suite.es256Verify),
    },
    pointMultiplications: () => count,
  };
}
