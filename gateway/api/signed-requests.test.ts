import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { ascii, toHex } from "../../protocol/wire/bytes.ts";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { signatureBase } from "../uplink/http-signature.ts";
import { SIGNATURE_WINDOW_SECONDS } from "./signed-requests.ts";
import { apiFixture } from "./testing/api-fixture.ts";

/** test-key-ecc-p256 of RFC 9421, B.1.3. */
const KEY = createPrivateKey(`-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIFKbhfNZfpDsW43+0+JjUr9K+bTeuxopu653+hBaXGA7oAoGCCqGSM49
AwEHoUQDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM
4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END EC PRIVATE KEY-----`);

function publicKey(): Uint8Array {
  const { x = "", y = "" } = createPublicKey(KEY).export({ format: "jwk" });
  const point = suite.p256FromCoordinates(bytes(x, "base64url"), bytes(y, "base64url"));
  assert(point);
  return point;
}

function bytes(text: string, encoding: BufferEncoding): Uint8Array {
  return new Uint8Array(Buffer.from(text, encoding));
}

test("the signature of RFC 9421, B.2.4 is good over the base that is made here", () => {
  const components = ["@status", "content-type", "content-digest", "content-length"];
  const digest = "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:";
  const values = ["200", "application/json", digest, "23"];
  const params = `(${components.map((name) => `"${name}"`).join(" ")});created=1618884473;keyid="test-key-ecc-p256"`;
  const base = signatureBase(
    components.map((name, i) => [name, values[i] ?? ""] as const),
    params,
  );
  const signature = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==";
  assert(suite.es256Verify(publicKey(), bytes(signature, "base64"), ascii(base)));
});

interface Signed {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  url?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Names and values, as the signer has them. */
  components?: [string, string][];
  params?: (created: number, keyId: string) => string;
  digest?: string;
}

/** The API, and a client that signs by itself: it shares no code with what checks it. */
async function signedFixture(test: Parameters<typeof apiFixture>[0]) {
  const fixture = await apiFixture(test);
  const { ask, clock, api } = fixture;
  const made = await ask("POST", "/v1/tokens", { role: "admin", publicKey: toHex(publicKey()) });
  assert.deepEqual([made.status, made.body.token], [201, undefined]);
  const keyId: string = made.body.id;
  let serial = 100;

  function request({
    method = "GET",
    url = "/v1/locks?limit=5",
    body,
    headers = {},
    components,
    params,
    digest,
  }: Signed) {
    const sha256 = createHash("sha256")
      .update(body ?? "")
      .digest("base64");
    const sent: Record<string, string> = {
      host: "gateway.example",
      ...(body !== undefined && {
        "content-type": "application/json",
        "content-digest": digest ?? `sha-256=:${sha256}:`,
      }),
      ...headers,
    };
    const { host: _, ...fields } = sent;
    const covered = components ?? [
      ["@method", method],
      ["@target-uri", `http://gateway.example${url}`],
      ...Object.entries(fields),
    ];
    const created = Math.floor(clock.wallMs() / 1000);
    const said =
      params?.(created, keyId) ??
      `;created=${created};nonce="nonce-${++serial}";keyid="${keyId}";alg="ecdsa-p256-sha256"`;
    const input = `(${covered.map(([name]) => `"${name}"`).join(" ")})${said}`;
    const base = [...covered, ["@signature-params", input]].map(([name, value]) => `"${name}": ${value}`).join("\n");
    const signature = sign("sha256", Buffer.from(base), { key: KEY, dsaEncoding: "ieee-p1363" }).toString("base64");
    return {
      method,
      url,
      headers: { ...sent, "signature-input": `sig1=${input}`, signature: `sig1=:${signature}:` } as Record<
        string,
        string
      >,
      ...(body !== undefined && { payload: body }),
    };
  }
  async function send(sent: ReturnType<typeof request>) {
    const response = await api.inject(sent);
    return { status: response.statusCode, body: response.body === "" ? undefined : response.json() };
  }
  return { ...fixture, keyId, request, send };
}

const UNLOCK = { method: "POST" as const, url: `/v1/locks/${LOCK_A}/actions`, body: '{"action":"unlock"}' };

test("a signed request is answered as one with a secret is, once", async (t) => {
  const { request, send, played } = await signedFixture(t);
  const look = request({});
  assert.equal((await send(look)).status, 200);
  const again = await send(look);
  assert.deepEqual([again.status, again.body.detail], [401, "This nonce has been used."]);
  assert.equal((await send(request(UNLOCK))).status, 200);
  assert.deepEqual(played.asked, [{ lockId: LOCK_A, action: "unlock" }]);
});

test("path and query may be signed instead of the whole address, which a proxy may change", async (t) => {
  const { request, send } = await signedFixture(t);
  const components: [string, string][] = [
    ["@method", "GET"],
    ["@path", "/v1/locks"],
    ["@query", "?limit=5"],
    ["@authority", "gateway.example"],
  ];
  assert.equal((await send(request({ components }))).status, 200);
  const bare: [string, string][] = [
    ["@method", "GET"],
    ["@path", "/v1/grants"],
    ["@query", "?"],
  ];
  assert.equal((await send(request({ url: "/v1/grants", components: bare }))).status, 200);
});

test("whatever is changed on the way, the signature holds no more", async (t) => {
  const { request, send, played, keyId } = await signedFixture(t);
  const keyed = () => request({ ...UNLOCK, headers: { "idempotency-key": "k1" } });
  const changes: [string, (sent: ReturnType<typeof request>) => object][] = [
    ["address", (sent) => ({ ...sent, url: `${sent.url}?x=1` })],
    ["host", (sent) => ({ ...sent, headers: { ...sent.headers, host: "other.example" } })],
    ["key", (sent) => ({ ...sent, headers: { ...sent.headers, "idempotency-key": "k2" } })],
    [
      "params",
      (sent) => ({
        ...sent,
        headers: { ...sent.headers, "signature-input": sent.headers["signature-input"]!.replace("nonce-", "other-") },
      }),
    ],
  ];
  for (const [name, change] of changes) {
    const { status } = await send(change(keyed()) as ReturnType<typeof request>);
    assert.equal(status, 401, name);
  }
  const look = request({ url: `/v1/tokens/${keyId}` });
  assert.equal((await send({ ...look, method: "DELETE" })).status, 401);
  const { status, body } = await send({ ...keyed(), payload: '{"action":"hold"}  ' });
  assert.deepEqual([status, body.code], [400, "digest-wrong"]);
  assert.deepEqual(played.asked, []);
});

test("a signature says enough, in time, and covers what decides", async (t) => {
  const { request, send, clock, keyId } = await signedFixture(t);
  clock.advance(10 * 60_000);
  const params = (more: string) => (created: number) => `;created=${created}${more}`;
  const target: [string, string] = ["@target-uri", "http://gateway.example/v1/locks?limit=5"];
  const wrong: [string, Signed][] = [
    ["no nonce", { params: params(`;keyid="${keyId}"`) }],
    ["a short nonce", { params: params(`;nonce="1";keyid="${keyId}"`) }],
    ["no created", { params: () => `;nonce="12345678";keyid="${keyId}"` }],
    ["another algorithm", { params: params(`;nonce="12345678";keyid="${keyId}";alg="hmac-sha256"`) }],
    ["nobody's key", { params: params(`;nonce="12345678";keyid="00000000000000ad"`) }],
    ["a parameter twice", { params: params(`;nonce="12345678";nonce="87654321";keyid="${keyId}"`) }],
    [
      "too old",
      { params: (created) => `;created=${created - SIGNATURE_WINDOW_SECONDS - 1};nonce="12345678";keyid="${keyId}"` },
    ],
    [
      "of the future",
      { params: (created) => `;created=${created + SIGNATURE_WINDOW_SECONDS + 1};nonce="12345678";keyid="${keyId}"` },
    ],
    ["expired", { params: (created) => `;created=${created};expires=${created};nonce="12345678";keyid="${keyId}"` }],
    ["no method", { components: [target] }],
    [
      "no target",
      {
        components: [
          ["@method", "GET"],
          ["@path", "/v1/locks"],
        ],
      },
    ],
    ["a component twice", { components: [["@method", "GET"], ["@method", "GET"], target] }],
    ["what is not there", { components: [["@method", "GET"], target, ["x-none", "1"]] }],
    [
      "no body",
      {
        ...UNLOCK,
        components: [
          ["@method", "POST"],
          ["@target-uri", `http://gateway.example${UNLOCK.url}`],
          ["content-type", "application/json"],
        ],
      },
    ],
  ];
  for (const [name, signed] of wrong) assert.equal((await send(request(signed))).status, 401, name);
  const both = request({});
  both.headers.authorization = "Bearer x";
  assert.equal((await send(both)).status, 401);
});

test("what was signed before the start is refused: nobody remembers whether it was used", async (t) => {
  const { request, send, clock } = await signedFixture(t);
  clock.advance(3_000);
  const before: Signed = {
    params: (created, keyId) => `;created=${created - 5};nonce="12345678";keyid="${keyId}"`,
  };
  const { status, body } = await send(request(before));
  assert.deepEqual([status, body.detail], [401, "The signature is of before the gateway's start: sign again."]);
});

test("a signed change under a condition is made only if it holds", async (t) => {
  const { request, send, ask } = await signedFixture(t);
  const body = '{"dates":["2027-12-25"]}';
  const put = (tag: string) =>
    send(request({ method: "PUT", url: "/v1/holidays", body, headers: { "if-match": tag } }));
  assert.equal((await put('"wrong"')).status, 412);
  const { headers } = await ask("GET", "/v1/holidays");
  assert.equal((await put(String(headers.etag))).status, 200);
});

test("a token that signs shows no secret, and none opens it", async (t) => {
  const { ask, keyId } = await signedFixture(t);
  const { status } = await ask("GET", "/v1/locks", undefined, `${keyId}.${"A".repeat(43)}`);
  assert.equal(status, 401);
  await ask("DELETE", `/v1/tokens/${keyId}`);
  assert.equal((await ask("GET", `/v1/tokens/${keyId}`)).body.publicKey, toHex(publicKey()));
});
