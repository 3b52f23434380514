import type { Suite } from "../../crypto/suite.ts";
import { ProblemError } from "./problem.ts";

/** Whether the header shows the token; false if there is no header, a ProblemError if it shows another. */
export function authorization(suite: Suite, token: string): (header: string | undefined) => boolean {
  const expected = suite.sha256(Buffer.from(token));
  return (header) => {
    if (header === undefined) return false;
    const shown = /^Bearer +(\S+)$/i.exec(header)?.[1] ?? "";
    // Hashes have one length, so that comparing them takes one time.
    if (suite.equal(suite.sha256(Buffer.from(shown)), expected)) return true;
    throw new ProblemError("unauthorized", "The bearer token is wrong.");
  };
}
