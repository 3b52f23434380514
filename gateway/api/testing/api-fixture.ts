import type { TestContext } from "node:test";
import type { Log } from "../../log.ts";
import { Meters } from "../../metrics/meters.ts";
import { AuditStore } from "../../store/audit-store.ts";
import { EventStore } from "../../store/event-store.ts";
import { KeyedRequestStore } from "../../store/keyed-request-store.ts";
import { OutboxStore } from "../../store/outbox-store.ts";
import { type PairingRow, PairingStore } from "../../store/pairing-store.ts";
import { SetAsideStore } from "../../store/set-aside-store.ts";
import { type Role, TokenStore } from "../../store/token-store.ts";
import { grantsFixture, LOCK_A } from "../../testing/grants-fixture.ts";
import type { RateLimits } from "../rate-limits.ts";
import { buildApi } from "../server.ts";
import type { ActOutcome, ChallengeAnswer, SyncStatus, UplinkStatus } from "../services.ts";
import { Tokens } from "../tokens.ts";

/** An admin's. */
export const TOKEN = `00000000000000ad.${"t".repeat(43)}`;

const OFTEN = { burst: 1_000_000, perSecond: 1_000 };
/** Time stands still in most tests, so that nothing would be refilled. */
const PATIENT: RateLimits = {
  failuresPerAddress: OFTEN,
  failuresPerToken: OFTEN,
  writesPerToken: OFTEN,
  writesPerAddress: OFTEN,
};

const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

interface Played {
  asked: unknown[];
  startPairing(): Promise<PairingRow>;
  outcome: ActOutcome;
  act(): Promise<ActOutcome>;
  challenge: ChallengeAnswer;
  sync: SyncStatus | undefined;
  uplink: UplinkStatus;
}

/** The API over real stores and grants, with everything that talks to locks played by the test. */
export async function apiFixture(
  test: Pick<TestContext, "after">,
  options: { log?: Log; openMetricsHere?: boolean; limits?: RateLimits } = {},
) {
  const grantsParts = await grantsFixture(test);
  const { database, suite, clock, random, locks, rosters, grants, groups, siteSettings, subjects } = grantsParts;
  const log = options.log ?? QUIET;
  const events = new EventStore(database);
  const outbox = new OutboxStore(database);
  const setAside = new SetAsideStore(database);
  const pairingRows = new PairingStore(database);
  const keyedRequests = new KeyedRequestStore(database);
  const tokenRows = new TokenStore(database);
  const tokens = new Tokens({ database, store: tokenRows, suite, clock, random, log });
  await tokens.adopt(TOKEN, { role: "admin", name: "first start" });
  const audit = new AuditStore(database);
  const metrics = new Meters();
  const mistakes: unknown[] = [];
  /** What the test plays; `asked` is what the API asked for. */
  const played: Played = {
    asked: [],
    startPairing: async () => {
      throw new Error("the test expects no pairing");
    },
    outcome: { kind: "done", flags: 0, seq: 1 },
    act: async () => played.outcome,
    challenge: { kind: "known", slot: 0, challenge: new Uint8Array(8).fill(7), atMs: 0 },
    sync: undefined,
    uplink: { state: "none", sentence: "There is no uplink." },
  };
  const room = { isShort: false };
  const parts = {
    version: "1.2.3",
    suite,
    clock,
    locks,
    rosters,
    events,
    outbox,
    setAside,
    room,
    pairingRows,
    grants,
    groups,
    siteSettings,
    subjects,
    tokens,
    audit,
    metrics,
    pairings: {
      start: (request: object) => {
        played.asked.push(request);
        return played.startPairing();
      },
    },
    actions: {
      act: (lockId: string, action: string) => {
        played.asked.push({ lockId, action });
        return played.act();
      },
      carry: (lockId: string, order: Uint8Array, grant?: Uint8Array) => {
        played.asked.push({ lockId, order, ...(grant && { grant }) });
        return played.act();
      },
      challenge: async () => played.challenge,
    },
    reports: () => [],
    takeReceipt: async () => ({ lie: "a receipt that the test does not expect" }),
    sync: {
      status: () => played.sync,
      approve: async (lockId: string) => void played.asked.push({ lockId, approved: true }),
      approveTime: () => void played.asked.push({ isTimeApproved: true }),
    },
    uplink: { status: () => played.uplink, lies: 0, poke() {} },
  };
  const build = () =>
    buildApi(parts, {
      log,
      keyedRequests,
      openMetricsHere: options.openMetricsHere ?? false,
      limits: options.limits ?? PATIENT,
      onMistake: (error) => mistakes.push(error),
    });
  const api = await build();
  test.after(() => api.close());

  /** One request with the token; `body` is sent as JSON, or as it is if it is text. */
  async function ask(
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    body?: unknown,
    token = TOKEN,
    headers: Record<string, string> = {},
  ) {
    const response = await api.inject({
      method,
      url,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const isJson = /[/+]json\b/.test(String(response.headers["content-type"]));
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.body === "" ? undefined : isJson ? response.json() : response.body,
    };
  }

  async function tokenFor(role: Role): Promise<string> {
    const scope = role === "tenant-administrator" ? { scope: { locks: [LOCK_A], groups: [] } } : {};
    return (await tokens.add({ role, ...scope })).text;
  }
  return {
    ...grantsParts,
    room,
    events,
    outbox,
    setAside,
    pairingRows,
    tokens,
    tokenRows,
    audit,
    api,
    build,
    ask,
    tokenFor,
    played,
    mistakes,
  };
}
