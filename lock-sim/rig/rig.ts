import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Lock } from "../lock.ts";
import { formatHostPort, type HostPort } from "../port/host-port.ts";
import { listen } from "../port/listen.ts";
import { readFields } from "./body.ts";
import { HttpError } from "./http-error.ts";
import { isOwnRequest } from "./loopback.ts";
import { rigRoutes } from "./routes.ts";
import type { Print } from "./state.ts";

const REQUEST_WITHIN_MS = 10_000;

/**
 * The hands and eyes of a test rig at the lock: HTTP and JSON, for programs on this machine alone. Every answer is the state
 * of the lock, except that of the log; an error is `{"status", "detail", "field"?}` as application/problem+json (RFC 9457).
 */
export class Rig {
  readonly #where: HostPort;
  readonly #server: Server;
  readonly #routes: ReturnType<typeof rigRoutes>;

  constructor(lock: Lock, print: Print, where: HostPort) {
    this.#where = where;
    this.#routes = rigRoutes(lock, print);
    this.#server = createServer({ requestTimeout: REQUEST_WITHIN_MS }, (request, response) => {
      this.#answer(request).then(
        (body) => send(response, 200, body),
        (error: unknown) => sendError(response, error),
      );
    });
  }

  /** Resolves to the address, `127.0.0.1:7101`. Rejects with PortError. */
  async start(): Promise<string> {
    return formatHostPort(await listen(this.#server, this.#where));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage): Promise<object> {
    if (!isOwnRequest(request.headers)) throw new HttpError(403, "the rig is for programs on this machine");
    const path = request.url?.split("?")[0] ?? "";
    const methods = this.#routes.get(path);
    if (!methods) throw new HttpError(404, `there is nothing at ${path}`);
    const handler = methods.get(request.method ?? "");
    if (!handler) throw new HttpError(405, `${path} takes ${[...methods.keys()].join(", ")}`);
    return handler(await readFields(request));
  }
}

function sendError(response: ServerResponse, error: unknown): void {
  // Anything else is a mistake of ours, and must not be papered over.
  if (!(error instanceof HttpError)) throw error;
  const { status, message, field } = error;
  send(response, status, { status, detail: message, ...(field && { field }) });
}

function send(response: ServerResponse, status: number, body: object): void {
  const type = status === 200 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type });
  response.end(JSON.stringify(body));
}
