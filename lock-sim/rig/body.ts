import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

const BODY_BYTES_MAX = 16 * 1024;

/** The fields of a request's JSON object; none for an empty body. Throws HttpError 400, 413 or 415. */
export async function readFields(request: IncomingMessage): Promise<Map<string, unknown>> {
  const text = await readText(request);
  if (text === "") return new Map();
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new HttpError(415, "the body must be application/json");
  }
  const value = parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "the body must be a JSON object");
  }
  return new Map(Object.entries(value));
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
}

/** Throws HttpError 400 if there are other fields than these. */
export function expectFields(fields: ReadonlyMap<string, unknown>, ...known: string[]): void {
  for (const field of fields.keys())
    if (!known.includes(field)) throw new HttpError(400, `unknown field ${field}`, field);
}

/** A whole number within the bounds. Throws HttpError 400. */
export function wholeNumber(fields: ReadonlyMap<string, unknown>, field: string, from: number, to: number): number {
  const value = fields.get(field);
  if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new HttpError(400, `${field} must be a whole number from ${from} to ${to}`, field);
}
