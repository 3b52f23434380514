import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { BackendAnswer } from "../../gateway/uplink/backend-answer.ts";
import { REPORTS_CONTENT_TYPE } from "../../gateway/uplink/http.ts";
import { MalformedJson } from "../../gateway/uplink/strict-json.ts";
import { recordTypeName } from "../../protocol/log/record.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import type { Backend } from "./backend.ts";
import type { BackendIssuer } from "./backend-issuer.ts";
import { type Answer, good, membersOf, problem } from "./http-answer.ts";
import { IssuerRoutes } from "./issuer-routes.ts";
import { writeAnswer } from "./write-answer.ts";

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const UNPACKED_BYTES_MAX = 16 * 1024 * 1024;
const NEWEST_RECORDS_MAX = 20;
const LIE_BEYOND = 1000;

/** How the receiver misbehaves on demand: answers 500, never answers, or claims records that it was never sent. */
const FAULTS = ["none", "error", "hang", "lie"] as const;
export type ReceiverFault = (typeof FAULTS)[number];

/**
 * The backend over HTTP: the receiver of the gateway's uplink, and what people ask it, whichever uplink brought the events.
 *
 * - `PUT /v1/locks/{lockId} {"sigPk": hex}` registers a lock; the key comes from pairing.
 * - `GET /v1/locks` shows the ids of all, `GET /v1/locks/{lockId}` what is held and verified, with the newest records.
 * - `POST /v1/locks/{lockId}/heads` wants a head over a nonce, which it answers; `GET` on the lock shows it when it has come.
 * - `POST /v1/locks/{lockId}/loss {"generation": 0, "seq": 7}` loses what follows that record, as a disaster would.
 * - `POST /events` takes a CloudEvents 1.0 JSON batch, or reports, gzipped or not, and answers as docs/events.md says.
 * - `PUT /v1/fault {"fault": "error"}` makes it misbehave at `POST /events` from then on.
 *
 * What is asked of an issuer goes to `IssuerRoutes`.
 */
export class Receiver {
  readonly #backend: Backend;
  readonly #issuer: BackendIssuer | undefined;
  readonly #routes: IssuerRoutes | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #fault: ReceiverFault = "none";

  constructor(backend: Backend, issuer?: BackendIssuer) {
    this.#backend = backend;
    this.#issuer = issuer;
    this.#routes = issuer && new IssuerRoutes(issuer);
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
    const answer = body === undefined ? problem(413, "the body is too long") : await this.#answer(request, body);
    if (!answer) return;
    response.writeHead(answer.status, { "content-type": answer.type ?? "application/json" });
    response.end(`${answer.body}\n`);
  }

  /** Undefined if there is to be no answer at all. */
  async #answer({ method, url, headers }: IncomingMessage, body: string): Promise<Answer | undefined> {
    const ofIssuer = await this.#routes?.answer(`${method} ${url}`, parseJson(body));
    if (ofIssuer) return ofIssuer;
    const [, lockId, action] = /^\/v1\/locks\/([0-9a-f]{16})(?:\/(heads|loss))?$/.exec(url ?? "") ?? [];
    if (lockId) return this.#answerAbout(lockId, `${method} ${action ?? ""}`.trim(), parseJson(body));
    if (method === "GET" && url === "/v1/locks") return good({ lockIds: this.#backend.store.lockIds() });
    if (method === "PUT" && url === "/v1/fault") return this.#misbehave(parseJson(body));
    if (method === "POST" && url === "/events") return this.#uplink(headers["content-type"], parseJson(body));
    return problem(404, `there is no ${method} ${url}`);
  }

  #answerAbout(lockId: string, what: string, json: unknown): Answer {
    if (what === "PUT") return this.#register(lockId, json);
    if (!this.#backend.store.lock(lockId)) return problem(404, `lock ${lockId} is not registered`);
    switch (what) {
      case "GET":
        return this.#show(lockId);
      case "POST heads":
        return good({ nonce: this.#backend.wantHead(lockId) });
      case "POST loss":
        return this.#lose(lockId, json);
      default:
        return problem(405, `there is no ${what} of a lock`);
    }
  }

  #register(lockId: string, json: unknown): Answer {
    const { sigPk } = membersOf(json);
    if (typeof sigPk !== "string" || !/^[0-9a-f]{66}$/.test(sigPk)) return problem(400, "sigPk is not 66 hex digits");
    if (!this.#backend.store.register(lockId, fromHex(sigPk))) {
      return problem(409, "the lock is known with another key");
    }
    return good({ lockId, sigPk });
  }

  #show(lockId: string): Answer {
    const lock = this.#backend.store.lock(lockId);
    const generations = lock?.generations().map(({ records, ...generation }) => ({
      ...generation,
      newestRecords: records.slice(-NEWEST_RECORDS_MAX).map(({ seq, time, type }) => ({
        seq,
        time,
        type: recordTypeName(type),
      })),
    }));
    return good({ lockId, generations, askedHeads: lock?.askedHeads() });
  }

  #lose(lockId: string, json: unknown): Answer {
    const { generation, seq } = membersOf(json);
    if (!isUint(generation) || !isUint(seq)) return problem(400, "generation or seq is no uint");
    const place = { lockId, generation, seq };
    this.#backend.loseAfter(place);
    return good(place);
  }

  #misbehave(json: unknown): Answer {
    const fault = FAULTS.find((known) => known === membersOf(json).fault);
    if (!fault) return problem(400, `fault is not one of ${FAULTS.join(", ")}`);
    this.setFault(fault);
    return good({ fault });
  }

  async #uplink(contentType: string | undefined, json: unknown): Promise<Answer | undefined> {
    if (this.#fault === "hang") return undefined;
    if (this.#fault === "error") return problem(500, "this receiver was told to fail");
    if (contentType === REPORTS_CONTENT_TYPE) return this.#reports(json);
    if (!Array.isArray(json)) return problem(400, "the body is no JSON array of CloudEvents");
    const answer = await this.#backend.answer(json);
    return { status: 200, body: writeAnswer(this.#fault === "lie" ? lieAbout(answer) : answer) };
  }

  /** One bundle at a time: the gateway asks again at once. */
  async #reports(json: unknown): Promise<Answer> {
    try {
      const [bundle] = (await this.#issuer?.hear(json)) ?? [];
      return { status: 200, body: writeAnswer(bundle ? { documents: { ok: true, bundle } } : {}) };
    } catch (error) {
      if (!(error instanceof MalformedJson)) throw error;
      return problem(400, error.message);
    }
  }
}

function lieAbout({ durableThrough, ...rest }: BackendAnswer): BackendAnswer {
  const claims = durableThrough?.map((place) => ({ ...place, seq: place.seq + LIE_BEYOND }));
  return { ...rest, ...(claims && { durableThrough: claims }) };
}

function isUint(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= UINT_MAX;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined if it is too long; what can not be unpacked is as good as empty. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    lengthBytes += chunk.length;
    if (lengthBytes <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  if (lengthBytes > BODY_BYTES_MAX) return undefined;
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? unzip(body) : body.toString("utf8");
}

function unzip(bytes: Uint8Array): string | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }).toString("utf8");
  } catch (error) {
    return error instanceof RangeError ? undefined : "";
  }
}
