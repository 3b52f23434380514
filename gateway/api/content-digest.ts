import { Readable } from "node:stream";
import type { Suite } from "../../crypto/suite.ts";
import { contentDigest } from "../uplink/http-signature.ts";
import type { Api } from "./api.ts";
import { ProblemError } from "./problem.ts";

/** Holds the body of a request against its Content-Digest (RFC 9530), which a signature covers instead of the body itself. */
export function checkDigests(api: Api, suite: Suite): void {
  api.addHook("preParsing", async (request, _reply, payload) => {
    const header = request.headers["content-digest"];
    if (header === undefined) return payload;
    const limit = request.routeOptions.bodyLimit;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of payload) {
      length += chunk.length;
      if (length > limit) throw new ProblemError("request-too-large", `A body has at most ${limit} bytes here.`);
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    const digests = [header].flat().join(", ").split(/ *, */);
    if (!digests.includes(contentDigest(suite, body))) {
      throw new ProblemError("digest-wrong", "Content-Digest must have the sha-256 of the body as it was sent.");
    }
    return Object.assign(Readable.from([body]), { receivedEncodedLength: length });
  });
}
