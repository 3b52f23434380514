import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { HttpUplink } from "./http.ts";

/** Gives out t1, t2, … and takes only the newest; `login` is what it answers to a request for a token. */
class Backend {
  readonly url: string;
  tokensGiven = 0;
  tokenRequests: { authorization: string | undefined; form: string }[] = [];
  isRevoked = false;
  login: (token: string) => { status: number; body: object } = (token) => ({
    status: 200,
    body: { access_token: token, token_type: "Bearer", expires_in: 600 },
  });

  private constructor(url: string) {
    this.url = url;
  }

  static async start(t: TestContext): Promise<Backend> {
    const server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const { authorization } = request.headers;
      const { status, body } =
        request.url === "/token" ? backend.#token(authorization, text) : backend.#events(authorization);
      response.writeHead(status).end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const backend = new Backend(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return backend;
  }

  #token(authorization: string | undefined, form: string): { status: number; body: object } {
    this.tokenRequests.push({ authorization, form });
    this.isRevoked = false;
    return this.login(`t${++this.tokensGiven}`);
  }

  #events(authorization: string | undefined): { status: number; body: object } {
    const isGood = !this.isRevoked && authorization === `Bearer t${this.tokensGiven}`;
    return { status: isGood ? 200 : 401, body: {} };
  }
}

async function setUp(t: TestContext) {
  const backend = await Backend.start(t);
  const folder = mkdtempSync(join(tmpdir(), "portvakt-oauth-"));
  const clientSecretFile = join(folder, "secret");
  writeFileSync(clientSecretFile, "a secret & more\n");
  const clock = new VirtualClock();
  const tokenUrl = `${backend.url}/token`;
  const auth = { kind: "oauth", tokenUrl, clientId: "stair:4", clientSecretFile, scope: "events" } as const;
  const uplink = new HttpUplink(opensslSuite, clock, { url: `${backend.url}/events`, auth, askEveryMs: 1 });
  t.after(async () => {
    await uplink.close();
    rmSync(folder, { recursive: true });
  });
  return { backend, uplink, clock };
}

test("a token is asked for once, as RFC 6749 has it, and used until shortly before its end", async (t) => {
  const { backend, uplink, clock } = await setUp(t);
  await Promise.all([uplink.deliver([]), uplink.deliver([])]);
  assert.deepEqual(backend.tokenRequests, [
    {
      authorization: `Basic ${Buffer.from("stair%3A4:a+secret+%26+more").toString("base64")}`,
      form: "grant_type=client_credentials&scope=events",
    },
  ]);
  clock.advance(539_000);
  await uplink.deliver([]);
  assert.equal(backend.tokensGiven, 1);
  clock.advance(1_000);
  await uplink.deliver([]);
  assert.equal(backend.tokensGiven, 2);
});

test("a token that is refused before its end is renewed once, not again and again", async (t) => {
  const { backend, uplink } = await setUp(t);
  await uplink.deliver([]);
  backend.isRevoked = true;
  assert.deepEqual(await uplink.deliver([]), {});
  assert.equal(backend.tokensGiven, 2);
  backend.isRevoked = true;
  backend.login = (token) => ({ status: 200, body: { access_token: `not-${token}`, token_type: "bearer" } });
  await assert.rejects(uplink.deliver([]), /answers 401/);
  assert.equal(backend.tokensGiven, 3);
});

test("no token, or something else than one, is told without the secret", async (t) => {
  const { backend, uplink } = await setUp(t);
  backend.login = () => ({ status: 401, body: { error: "invalid_client" } });
  await assert.rejects(uplink.deliver([]), /gives no token: it answers 401/);
  const nonsense = [
    {},
    { access_token: "t", token_type: "mac" },
    { access_token: "t\nx: y", token_type: "bearer" },
    { access_token: 7, token_type: "bearer" },
  ];
  for (const body of nonsense) {
    backend.login = () => ({ status: 200, body });
    await assert.rejects(uplink.deliver([]), /answers something else than a bearer token/);
  }
});
