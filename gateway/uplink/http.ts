import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { rootCertificates } from "node:tls";
import type { Clock } from "../../protocol/clock.ts";
import type { BackendAnswer } from "./backend-answer.ts";
import { BATCH_CONTENT_TYPE, type CloudEvent } from "./cloud-event.ts";
import { readAnswer } from "./read-answer.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

const ANSWER_WITHIN_MS = 30_000;
const ANSWER_BYTES_MAX = 256 * 1024;

export interface HttpUplinkOptions {
  url: string;
  /** PEM certificates to trust besides the system's. */
  caFile?: string;
  /** A file holding the bearer token to send; read for every batch, so that it can be renewed. */
  tokenFile?: string;
}

/** CloudEvents batches by POST; the receipts come in the answer. */
export class HttpUplink implements Uplink {
  readonly name: string;
  readonly hasLanes = false;
  readonly #clock: Clock;
  readonly #options: HttpUplinkOptions;
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;

  /** Throws UplinkError if the CA file can not be read. */
  constructor(clock: Clock, options: HttpUplinkOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#url = new URL(options.url);
    this.name = this.#url.origin;
    const ca = options.caFile === undefined ? undefined : [...rootCertificates, readFile(options.caFile)];
    this.#agent =
      this.#url.protocol === "https:"
        ? new HttpsAgent({ keepAlive: true, ...(ca && { ca }) })
        : new HttpAgent({ keepAlive: true });
  }

  async deliver(batch: readonly CloudEvent[]): Promise<BackendAnswer> {
    const { status, body } = await this.#post(JSON.stringify(batch));
    if (status === 200) return readAnswer(this.name, body);
    throw new UplinkError("refused", `${this.name} answers ${status}${detailOf(body)}`, {
      malformed: status === 400 || status === 422,
      tooLarge: status === 413,
    });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  #post(body: string): Promise<{ status: number; body: string }> {
    const { tokenFile } = this.#options;
    const headers = {
      "content-type": BATCH_CONTENT_TYPE,
      "content-length": Buffer.byteLength(body),
      ...(tokenFile !== undefined && { authorization: `Bearer ${readFile(tokenFile).trim()}` }),
    };
    const send = this.#url.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(this.#url, { method: "POST", headers, agent: this.#agent });
      const end = (error: Error) => {
        timer.cancel();
        reject(asUplinkError(this.name, error));
      };
      const timer = this.#clock.schedule(ANSWER_WITHIN_MS, () => request.destroy(new Error("no answer in time")));
      request.on("error", end);
      request.on("response", (response) => {
        readBody(response).then((text) => {
          timer.cancel();
          resolve({ status: response.statusCode ?? 0, body: text });
        }, end);
      });
      request.end(body);
    });
  }
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

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UplinkError("unreachable", `${path} can not be read`, { cause: error });
  }
}

/** The `detail` of an RFC 9457 problem, for the log; anything else is left out. */
function detailOf(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === "string" ? `: ${detail.slice(0, 200)}` : "";
  } catch {
    return "";
  }
}

function asUplinkError(name: string, error: Error): UplinkError {
  const code = "code" in error ? String(error.code) : error.message;
  return new UplinkError("unreachable", `${name} can not be reached (${code})`, { cause: error });
}
