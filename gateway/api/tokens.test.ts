import assert from "node:assert/strict";
import { test } from "node:test";
import { tokensFixture } from "./testing/tokens-fixture.ts";

const DAY_MS = 86_400_000;

test("a token is known by its text alone, and no byte of its secret is kept", async (t) => {
  const { tokens, database } = tokensFixture(t);
  const { token, text } = await tokens.add({ role: "operator", name: "Home care" });
  assert.deepEqual([tokens.authenticate(text)?.id, token.role, token.name], [token.id, "operator", "Home care"]);
  const [, secret = ""] = text.split(".");
  const kept = JSON.stringify(database.all("SELECT *, hex(hash) AS hash FROM api_token"));
  assert(!kept.includes(secret) && !kept.includes(Buffer.from(secret).toString("hex").toUpperCase()));
});

test("every other text is no token", async (t) => {
  const { tokens } = tokensFixture(t);
  const { text } = await tokens.add({ role: "admin" });
  const [id = "", secret = ""] = text.split(".");
  const flipped = `${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
  const wrong = [
    "",
    id,
    secret,
    `${id}.`,
    `.${secret}`,
    `${text}x`,
    ` ${text}`,
    `${id}.${flipped}`,
    `${"0".repeat(16)}.${secret}`,
  ];
  for (const other of wrong) assert.equal(tokens.authenticate(other), undefined, other);
});

test("a token ends when it expires, or at once when it is revoked", async (t) => {
  const { tokens, clock } = tokensFixture(t);
  const expiring = await tokens.add({ role: "viewer", expiresAtMs: clock.wallMs() + 1000 });
  const revoked = await tokens.add({ role: "viewer" });
  await tokens.revoke(revoked.token.id);
  assert.equal(tokens.authenticate(revoked.text), undefined);
  clock.advance(999);
  assert(tokens.authenticate(expiring.text));
  clock.advance(1);
  assert.equal(tokens.authenticate(expiring.text), undefined);
});

test("the last admin whose token never expires can not be locked out", async (t) => {
  const { tokens, clock } = tokensFixture(t);
  const first = await tokens.add({ role: "admin" });
  const passing = await tokens.add({ role: "admin", expiresAtMs: clock.wallMs() + DAY_MS });
  await assert.rejects(tokens.revoke(first.token.id), { code: "last-admin" });
  await tokens.revoke(passing.token.id);
  await tokens.add({ role: "admin" });
  assert((await tokens.revoke(first.token.id))?.revokedAtMs !== undefined);
});

test("the day of the last use is noted once a day", async (t) => {
  const { tokens, clock, database, store } = tokensFixture(t);
  const { token, text } = await tokens.add({ role: "viewer" });
  const lastUsed = async () => {
    tokens.authenticate(text);
    // Whatever the use has queued is committed before this.
    await database.write(() => 0);
    return store.get(token.id)?.lastUsedDay;
  };
  assert.equal(store.get(token.id)?.lastUsedDay, undefined);
  assert.equal(await lastUsed(), "2027-01-07");
  clock.advance(DAY_MS);
  assert.equal(await lastUsed(), "2027-01-08");
});

test("a token that would have expired already is not made", async (t) => {
  const { tokens, clock } = tokensFixture(t);
  await assert.rejects(tokens.add({ role: "viewer", expiresAtMs: clock.wallMs() }), { code: "field-invalid" });
});
