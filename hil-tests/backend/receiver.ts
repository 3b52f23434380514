import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { recordTypeName } from "../../protocol/log/record.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import type { BatchReceipt, EventStore } from "./event-store.ts";
import { EventRefused } from "./lock-event.ts";

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const NEWEST_RECORDS_MAX = 20;
const LIE_BEYOND = 1000;

/** How the receiver misbehaves on demand: answers 500, never answers, or claims records that it was never sent. */
const FAULTS = ["none", "error", "hang", "lie"] as const;
export type ReceiverFault = (typeof FAULTS)[number];

type Answer = { status: number; type?: string; body: unknown };

/**
 * A backend's event receiver over HTTP, as a rig for the gateway's uplink:
 *
 * - `PUT /v1/locks/{lockId} {"sigPk": hex}` registers a lock; the key comes from pairing.
 * - `GET /v1/locks/{lockId}` shows what is held and verified, with the newest records.
 * - `POST /events` takes a CloudEvents 1.0 JSON batch → `{"durableThrough": […]}`; 422 names the event that was refused.
 * - `PUT /v1/fault {"fault": "error"}` makes it misbehave at `POST /events` from then on.
 */
export class Receiver {
  readonly #store: EventStore;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #fault: ReceiverFault = "none";

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Listens on the loopback interface and returns its base URL. Port 0 picks a free one. */
  async start(port: number): Promise<string> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  setFault(fault: ReceiverFault): void {
    this.#fault = fault;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const answer = body === undefined ? problem(413, "the body is too long") : this.#answer(request, body);
    if (!answer) return;
    response.writeHead(answer.status, { "content-type": answer.type ?? "application/json" });
    response.end(`${JSON.stringify(answer.body)}\n`);
  }

  /** Undefined if there is to be no answer at all. */
  #answer({ method, url }: IncomingMessage, body: string): Answer | undefined {
    const lockId = /^\/v1\/locks\/([0-9a-f]{16})$/.exec(url ?? "")?.[1];
    if (method === "PUT" && lockId) return this.#register(lockId, parseJson(body));
    if (method === "GET" && lockId) return this.#show(lockId);
    if (method === "PUT" && url === "/v1/fault") return this.#misbehave(parseJson(body));
    if (method === "POST" && url === "/events") return this.#events(parseJson(body));
    return problem(404, `there is no ${method} ${url}`);
  }

  #register(lockId: string, json: unknown): Answer {
    const sigPk = (json as { sigPk?: unknown } | undefined)?.sigPk;
    if (typeof sigPk !== "string" || !/^[0-9a-f]{66}$/.test(sigPk)) return problem(400, "sigPk is not 66 hex digits");
    if (!this.#store.register(lockId, fromHex(sigPk))) return problem(409, "the lock is known with another key");
    return { status: 200, body: { lockId, sigPk } };
  }

  #show(lockId: string): Answer {
    const history = this.#store.history(lockId);
    if (!history) return problem(404, `lock ${lockId} is not registered`);
    const generations = history.map(({ records, ...generation }) => ({
      ...generation,
      newestRecords: records.slice(-NEWEST_RECORDS_MAX).map(({ seq, time, type }) => ({
        seq,
        time,
        type: recordTypeName(type),
      })),
    }));
    return { status: 200, body: { lockId, generations } };
  }

  #misbehave(json: unknown): Answer {
    const fault = FAULTS.find((known) => known === (json as { fault?: unknown } | undefined)?.fault);
    if (!fault) return problem(400, `fault is not one of ${FAULTS.join(", ")}`);
    this.setFault(fault);
    return { status: 200, body: { fault } };
  }

  #events(batch: unknown): Answer | undefined {
    switch (this.#fault) {
      case "error":
        return problem(500, "this receiver was told to fail");
      case "hang":
        return undefined;
      case "lie":
        return this.#receive(batch, (receipt) => ({ ...receipt, seq: receipt.seq + LIE_BEYOND }));
      case "none":
        return this.#receive(batch, (receipt) => receipt);
      default:
        return this.#fault satisfies never;
    }
  }

  #receive(batch: unknown, tell: (receipt: BatchReceipt) => BatchReceipt): Answer {
    if (!Array.isArray(batch)) return problem(400, "the body is no JSON array of CloudEvents");
    try {
      return { status: 200, body: { durableThrough: this.#store.receive(batch).map(tell) } };
    } catch (error) {
      if (!(error instanceof EventRefused)) throw error;
      return problem(422, error.message, { event: error.id });
    }
  }
}

/** RFC 9457. */
function problem(status: number, detail: string, members: Record<string, string> = {}): Answer {
  return { status, type: "application/problem+json", body: { type: "about:blank", status, detail, ...members } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    lengthBytes += chunk.length;
    if (lengthBytes <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return lengthBytes <= BODY_BYTES_MAX ? Buffer.concat(chunks).toString("utf8") : undefined;
}
