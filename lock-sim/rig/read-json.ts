import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

const BODY_BYTES_MAX = 16 * 1024;

/** The request's body; an empty object if it has none. Throws HttpError 400, 413 or 415. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text === "") return {};
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new HttpError(415, "the body must be application/json");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
}

/** Reads to the end even what is too long, so that the answer finds a listener; the server's time-out bounds that. */
async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request) {
      length += part.length;
      if (length <= BODY_BYTES_MAX) parts.push(part);
    }
  } catch {
    throw new HttpError(400, "the body ends early");
  }
  if (length > BODY_BYTES_MAX) throw new HttpError(413, `the body is longer than ${BODY_BYTES_MAX} bytes`);
  return Buffer.concat(parts).toString("utf8");
}
