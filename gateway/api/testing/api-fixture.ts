import type { TestContext } from "node:test";
import type { Log } from "../../log.ts";
import { EventStore } from "../../store/event-store.ts";
import { type PairingRow, PairingStore } from "../../store/pairing-store.ts";
import { grantsFixture } from "../../testing/grants-fixture.ts";
import { buildApi } from "../server.ts";
import type { ActOutcome, SyncStatus } from "../services.ts";

export const TOKEN = "the-token";

const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

/** The API over real stores and grants, with everything that talks to locks played by the test. */
export async function apiFixture(test: TestContext) {
  const grantsParts = await grantsFixture(test);
  const { database, suite, clock, locks, rosters, grants } = grantsParts;
  const events = new EventStore(database);
  const pairingRows = new PairingStore(database);
  const mistakes: unknown[] = [];
  /** What the test plays; `asked` is what the API asked for. */
  const played = {
    asked: [] as unknown[],
    startPairing: async (): Promise<PairingRow> => {
      throw new Error("the test expects no pairing");
    },
    outcome: { kind: "done", flags: 0, seq: 1 } as ActOutcome,
    sync: undefined as SyncStatus | undefined,
  };
  const parts = {
    version: "1.2.3",
    clock,
    locks,
    rosters,
    events,
    pairingRows,
    grants,
    pairings: {
      start: (request: object) => {
        played.asked.push(request);
        return played.startPairing();
      },
    },
    actions: {
      act: async (lockId: string, action: string) => {
        played.asked.push({ lockId, action });
        return played.outcome;
      },
    },
    sync: { status: () => played.sync },
    uplink: { status: () => ({ state: "none" as const, sentence: "There is no uplink." }) },
  };
  const api = await buildApi(parts, {
    token: TOKEN,
    suite,
    log: QUIET,
    onMistake: (error) => mistakes.push(error),
  });
  test.after(() => api.close());

  /** One request with the token; `body` is sent as JSON, or as it is if it is text. */
  async function ask(method: "GET" | "POST" | "DELETE", url: string, body?: unknown, token = TOKEN) {
    const response = await api.inject({
      method,
      url,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.body === "" ? undefined : response.json(),
    };
  }
  return { ...grantsParts, events, pairingRows, api, ask, played, mistakes };
}
