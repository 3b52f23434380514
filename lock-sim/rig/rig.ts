import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type TObject, Type } from "typebox";
import { formatHostPort, type HostPort } from "../port/host-port.ts";
import { listen } from "../port/listen.ts";
import { checked } from "./checked.ts";
import { EventStreams } from "./event-streams.ts";
import { HttpError } from "./http-error.ts";
import { isOwnRequest } from "./loopback.ts";
import { readJson } from "./read-json.ts";
import { problemReply, type Reply } from "./reply.ts";
import type { RigParts } from "./rig-parts.ts";
import { rigRoutes } from "./rig-routes.ts";
import type { Route } from "./route.ts";
import { StateView } from "./state.ts";
import { StateWaiters } from "./state-waiters.ts";

const REQUEST_WITHIN_MS = 10_000;
const NO_FIELDS: TObject = Type.Object({}, { additionalProperties: false });

/**
 * The hands and eyes of a test rig at the lock: HTTP and JSON, for programs on this machine alone, and a page that draws the
 * door. `/openapi.json` describes it; an error is an RFC 9457 problem, `{"status", "detail", "field"?}`.
 */
export class Rig {
  readonly #where: HostPort;
  readonly #server: Server;
  readonly #routes: readonly Route[];
  readonly #waiters: StateWaiters;
  readonly #streams: EventStreams;

  constructor(parts: RigParts, where: HostPort) {
    const { lock, clock } = parts;
    const view = new StateView(parts);
    this.#where = where;
    this.#waiters = new StateWaiters(lock, view, clock);
    this.#streams = new EventStreams(lock, view, clock);
    this.#routes = rigRoutes(parts, view, this.#waiters, this.#streams);
    this.#server = createServer({ requestTimeout: REQUEST_WITHIN_MS }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** Resolves to the address, `127.0.0.1:7101`. Rejects with PortError. */
  async start(): Promise<string> {
    return formatHostPort(await listen(this.#server, this.#where));
  }

  close(): Promise<void> {
    this.#waiters.close();
    this.#streams.close();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const reply = await this.#reply(request, response);
      reply(response);
    } catch (error) {
      // Anything else is a mistake of ours, and must not be papered over.
      if (!(error instanceof HttpError)) throw error;
      problemReply(error)(response);
    }
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<Reply> {
    if (!isOwnRequest(request.headers)) throw new HttpError(403, "the rig is for programs on this machine");
    const [path = "", search = ""] = request.url?.split("?", 2) ?? [];
    const route = this.#route(request.method, path);
    const query = checked(route.query ?? NO_FIELDS, readQuery(route.query, new URLSearchParams(search)));
    const body = checked(route.body ?? NO_FIELDS, await readJson(request));
    return route.handle({ query, body, headers: request.headers, gone: goneSignal(response) });
  }

  #route(method: string | undefined, path: string): Route {
    const here = this.#routes.filter((route) => route.path === path);
    if (here.length === 0) throw new HttpError(404, `there is nothing at ${path}`);
    const route = here.find((candidate) => candidate.method === method);
    if (!route) throw new HttpError(405, `${path} takes ${here.map((other) => other.method).join(", ")}`);
    return route;
  }
}

/** Query fields are text; what the schema says is a number becomes one if it can. */
function readQuery(schema: TObject | undefined, search: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    Array.from(search, ([name, text]) => {
      const { type } = (schema?.properties[name] ?? {}) as { type?: string };
      return [name, type === "integer" && /^\d+$/.test(text) ? Number(text) : text];
    }),
  );
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return gone.signal;
}
