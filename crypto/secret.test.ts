import assert from "node:assert/strict";
import { test } from "node:test";
import { format, inspect } from "node:util";
import { Secret } from "./secret.ts";

const BYTES = [0x2b, 0x7e, 0x15, 0x16];

test("a secret never prints, however it is asked", () => {
  const secret = new Secret(Uint8Array.from(BYTES));
  const printed = [
    String(secret),
    `${secret}`,
    `key ${secret}`,
    JSON.stringify(secret),
    JSON.stringify({ key: secret }),
    inspect(secret),
    inspect({ key: [secret] }, { depth: 9, showHidden: true }),
    format("%s %o %O %j %d", secret, secret, secret, secret, secret),
    inspect(new Error("with a cause", { cause: secret })),
    Object.entries(secret).join(),
    JSON.stringify({ ...secret }),
  ].join("\n");
  assert.doesNotMatch(printed, /2b|7e|43|126/i);
  assert.match(printed, /\[secret\]/);
});

test("wiping a secret overwrites the very bytes that it took over", () => {
  const bytes = Uint8Array.from(BYTES);
  new Secret(bytes).wipe();
  assert.deepEqual(bytes, new Uint8Array(4));
});

test("a wiped secret can not be used as a key of zeros", () => {
  const secret = new Secret(Uint8Array.from(BYTES));
  secret.wipe();
  secret.wipe();
  assert.throws(() => secret.reveal(), /wiped/);
  assert.throws(() => secret.part(0, 2), /wiped/);
  assert.equal(secret.length, 4);
});

test("a part that is not all there is none: a key cut short would be a weak one", () => {
  const secret = new Secret(Uint8Array.from(BYTES));
  assert.equal(secret.part(0, 4).length, 4);
  assert.throws(() => secret.part(2, 5), RangeError);
});

test("a part outlives the whole, even of a Buffer", () => {
  const whole = new Secret(Buffer.from(BYTES));
  const part = whole.part(1, 3);
  whole.wipe();
  assert.deepEqual(part.reveal(), Uint8Array.of(0x7e, 0x15));
});
