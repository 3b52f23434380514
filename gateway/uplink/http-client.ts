import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { rootCertificates } from "node:tls";
import type { Clock } from "../../protocol/clock.ts";
import { readTextFile } from "./read-text-file.ts";
import { UplinkError } from "./uplink.ts";

const ANSWER_WITHIN_MS = 30_000;
const ANSWER_BYTES_MAX = 256 * 1024;
/** Each lock has one batch under way; more of them wait for a connection. */
const CONNECTIONS_MAX = 16;
/** The system asks about an idle connection so often whether its other end is still there. */
const PROBE_EVERY_MS = 30_000;

/** Files with PEM. */
export interface HttpTls {
  /** Certificates to trust besides the public ones. */
  caFile?: string;
  /** What we show of ourselves; needs its key. */
  client?: { certificateFile: string; keyFile: string };
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** POSTs over connections that are kept; each request has a deadline, each answer a limit, and no redirect is followed. */
export class HttpClient {
  readonly #clock: Clock;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  #isClosed = false;

  /** Throws UplinkError if a file can not be read. */
  constructor(clock: Clock, { caFile, client }: HttpTls) {
    this.#clock = clock;
    const kept = { keepAlive: true, keepAliveMsecs: PROBE_EVERY_MS, maxSockets: CONNECTIONS_MAX };
    const tls = {
      ...(caFile !== undefined && { ca: [...rootCertificates, readTextFile(caFile)] }),
      ...(client && { cert: readTextFile(client.certificateFile), key: readTextFile(client.keyFile) }),
    };
    this.#agents = { http: new HttpAgent(kept), https: new HttpsAgent({ ...kept, ...tls }) };
  }

  /** Rejects with UplinkError("unreachable") if there is no whole answer. */
  async post(url: URL, headers: OutgoingHttpHeaders, body: Uint8Array): Promise<HttpAnswer> {
    try {
      return await this.#post(url, headers, body).catch((error: unknown) => {
        // The other end may close a kept connection in the moment in which we use it: that says nothing of the server.
        if (error instanceof StaleConnection && !this.#isClosed) return this.#post(url, headers, body);
        throw error;
      });
    } catch (error) {
      if (error instanceof Error) throw asUplinkError(url.origin, error);
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #post(url: URL, headers: OutgoingHttpHeaders, body: Uint8Array): Promise<HttpAnswer> {
    const agent = url.protocol === "https:" ? this.#agents.https : this.#agents.http;
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: "POST", agent, headers: { ...headers, "content-length": body.length } });
      const timer = this.#clock.schedule(ANSWER_WITHIN_MS, () => {
        sent.destroy(new Error("no answer in time"));
        // If this connection leads nowhere, those that lie ready may do so too.
        for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      });
      const fail = (error: Error) => {
        timer.cancel();
        reject(error);
      };
      sent.on("error", (error) =>
        fail(sent.reusedSocket && wasCut(error) ? new StaleConnection("", { cause: error }) : error),
      );
      sent.on("response", (response) => {
        readBody(response).then((text) => {
          timer.cancel();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        }, fail);
      });
      sent.end(body);
    });
  }
}

/** A connection that had been kept was cut before there was any answer on it. */
class StaleConnection extends Error {}

function wasCut(error: Error): boolean {
  return "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error("an endless answer");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function asUplinkError(origin: string, error: Error): UplinkError {
  const cause = error instanceof StaleConnection && error.cause instanceof Error ? error.cause : error;
  const code = "code" in cause ? String(cause.code) : cause.message;
  return new UplinkError("unreachable", `${origin} can not be reached (${code})`, { cause });
}
