import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../log.ts";
import { StoreError } from "../store/store-error.ts";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { PERMISSIONS } from "./permissions.ts";
import { apiFixture, TOKEN } from "./testing/api-fixture.ts";

/** The API with its log, line by line. */
async function fixture(test: Parameters<typeof apiFixture>[0]) {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const parts = await apiFixture(test, { log });
  return { ...parts, lines, logged: () => lines.map((line) => JSON.parse(line)) };
}

test("a change leaves a line that says who did what and where", async (t) => {
  const { ask, logged, tokenFor } = await fixture(t);
  const token = await tokenFor("operator");
  await ask("POST", `/v1/locks/${LOCK_A}/actions`, { action: "unlock" }, token, { "idempotency-key": "a-key" });
  await ask("POST", `/v1/locks/${LOCK_A}/actions`, { action: "unlock" }, token, { "idempotency-key": "a-key" });
  const [first, again] = logged();
  delete first.time;
  assert.deepEqual(first, {
    level: "info",
    tokenId: token.split(".")[0],
    tokenRole: "operator",
    what: "actOnLock",
    action: "unlock",
    lockId: LOCK_A,
    msg: "Changed over the API: actOnLock.",
  });
  assert.equal(again.replayed, true);
});

test("what comes into being is named, and who made it", async (t) => {
  const { ask, logged } = await fixture(t);
  const { headers, body } = await ask("POST", "/v1/tokens", { role: "viewer", name: "Anna Andersson" });
  await ask("DELETE", `/v1/tokens/${body.id}`);
  const [made, revoked] = logged();
  assert.deepEqual([made.what, made.role, made.location], ["addToken", "viewer", headers.location]);
  assert.deepEqual([revoked.what, revoked.id, revoked.tokenRole], ["revokeToken", body.id, "admin"]);
  assert(!JSON.stringify(logged()).includes("Anna"));
});

test("each change that was asked for is kept, made or refused, with what came of it", async (t) => {
  const { ask, clock, tokenFor } = await fixture(t);
  const token = await tokenFor("operator");
  const tokenId = token.split(".")[0];
  await ask("POST", `/v1/locks/${LOCK_A}/actions`, { action: "unlock" }, token);
  await ask("GET", "/v1/locks", undefined, token);
  await ask("DELETE", "/v1/subjects/1122334455667788", undefined, token);
  await ask("POST", "/v1/tokens", { role: "admin", name: "Anna Andersson" }, token);
  const { body } = await ask("GET", "/v1/audit");
  const common = { at: new Date(clock.wallMs()).toISOString(), tokenId, role: "operator" };
  assert.deepEqual(body, {
    items: [
      { ...common, operation: "actOnLock", object: { action: "unlock", lockId: LOCK_A }, status: 200 },
      { ...common, operation: "eraseSubject", object: {}, status: 403, problem: "forbidden" },
      { ...common, operation: "addToken", object: {}, status: 403, problem: "forbidden" },
    ],
  });
  const { body: first } = await ask("GET", "/v1/audit?limit=1");
  assert.deepEqual(first.items, body.items.slice(0, 1));
  assert.deepEqual((await ask("GET", `/v1/audit?after=${first.next}`)).body.items, body.items.slice(1));
});

test("a disk that is full keeps no door shut for want of an entry", async (t) => {
  const { ask, audit, logged } = await fixture(t);
  audit.add = async () => {
    throw new StoreError("full", "the disk is full");
  };
  assert.equal((await ask("POST", `/v1/locks/${LOCK_A}/actions`, { action: "unlock" })).status, 200);
  assert.deepEqual(
    logged().map(({ level }) => level),
    ["error", "info"],
  );
});

test("looking and being refused leave no line", async (t) => {
  const { ask, lines, tokenFor } = await fixture(t);
  await ask("GET", "/v1/locks");
  await ask("POST", "/v1/tokens", { role: "viewer" }, await tokenFor("operator"));
  await ask("POST", "/v1/pairings", { label: "LK1:X" });
  assert.deepEqual(lines, []);
});

test("no secret that comes over the API gets into the log, wherever in a request it stands", async (t) => {
  const { ask, lines, played, publicKey } = await fixture(t);
  const pin = "8675309";
  const mark = "MARKEDSECRET";
  const label = `LK1:${mark}`;
  played.startPairing = async () => {
    throw new TypeError(`a mistake with ${mark}`);
  };
  const bodies = [
    { label, via: "tcp://127.0.0.1:1" },
    { label, via: mark },
    {
      locks: [LOCK_A],
      with: [{ kind: "pin", digits: pin }],
      rights: ["unlock"],
      name: mark,
      until: "2028-01-01T00:00:00Z",
    },
    {
      locks: [LOCK_A],
      with: [
        { kind: "key", publicKey },
        { kind: "pin", digits: pin },
      ],
      rights: ["unlock"],
      until: mark,
    },
    { role: "viewer", name: mark },
    { action: mark },
    { name: mark, locks: [LOCK_A] },
    { secret: mark, digits: pin },
    `{"label": "${label}", "digits": "${pin}`,
  ];
  const secrets = new Set([mark, pin, TOKEN.split(".")[1]]);
  let requests = 0;
  for (const route of Object.keys(PERMISSIONS)) {
    const [method, path = ""] = route.split(" ") as ["GET" | "POST" | "PUT" | "DELETE", string];
    const urls = [path.replaceAll(/:\w+/g, LOCK_A), `${path.replaceAll(/:\w+/g, mark)}?after=${mark}&token=${mark}`];
    for (const url of urls) {
      for (const body of method === "GET" ? [undefined] : bodies) {
        for (const token of [TOKEN, mark, `${TOKEN}${mark}`]) {
          const headers = { "idempotency-key": `${mark}-${requests++}` };
          const answer = await ask(method, url, body, token, headers);
          if (answer.body?.token) secrets.add(answer.body.token.split(".")[1]);
          for (const { digits } of answer.body?.with ?? []) if (digits) secrets.add(digits);
        }
      }
    }
  }
  assert(secrets.size > 3 && lines.length > 0, `${secrets.size} secrets, ${lines.length} lines`);
  const text = lines.join("");
  for (const secret of secrets) assert(secret && !text.includes(secret), `${secret} is in the log`);
});
