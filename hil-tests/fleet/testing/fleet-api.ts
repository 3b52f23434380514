import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { buildApi } from "../../../gateway/api/server.ts";
import { Tokens } from "../../../gateway/api/tokens.ts";
import { Meters } from "../../../gateway/metrics/meters.ts";
import { AuditStore } from "../../../gateway/store/audit-store.ts";
import { KeyedRequestStore } from "../../../gateway/store/keyed-request-store.ts";
import { TokenStore } from "../../../gateway/store/token-store.ts";
import { type FleetWorld, QUIET } from "./fleet-world.ts";

/** The gateway's API, asked with an admin's token. */
export async function fleetApi(t: Pick<TestContext, "after">, world: FleetWorld) {
  const { clock, random, database, gateway } = world;
  const { services, pairings, ...stores } = gateway;
  const tokens = new Tokens({
    database,
    store: new TokenStore(database),
    suite: opensslSuite,
    clock,
    random,
    log: QUIET,
  });
  const { text: token } = await tokens.add({ role: "admin" });
  const audit = new AuditStore(database);
  const parts = {
    version: "1",
    suite: opensslSuite,
    clock,
    tokens,
    audit,
    metrics: new Meters(),
    pairingRows: pairings,
  };
  const api = await buildApi(
    { ...parts, ...stores, ...services },
    {
      log: QUIET,
      keyedRequests: new KeyedRequestStore(database),
      openMetricsHere: false,
      onMistake: (error) => {
        throw error;
      },
    },
  );
  t.after(() => api.close());
  return async (method: "GET" | "POST" | "PUT" | "DELETE", url: string, body?: object) => {
    const asked = api.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(body && { payload: body }),
    });
    const { statusCode, body: text } = await world.run(Promise.resolve(asked));
    return { status: statusCode, body: text === "" ? undefined : JSON.parse(text) };
  };
}
