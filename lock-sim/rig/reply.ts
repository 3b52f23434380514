import type { ServerResponse } from "node:http";
import type { HttpError } from "./http-error.ts";

/** Writes an answer. */
export type Reply = (response: ServerResponse) => void;

/** 200, in JSON. */
export function jsonReply(body: object): Reply {
  return (response) => send(response, 200, "application/json", body);
}

/** An RFC 9457 problem. */
export function problemReply({ status, message, field }: HttpError): Reply {
  const problem = { status, detail: message, ...(field && { field }) };
  return (response) => send(response, status, "application/problem+json", problem);
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
