import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../protocol/wire/bytes.ts";
import { createLog } from "./log.ts";
import { TestGateway, VIA } from "./testing/test-gateway.ts";

test("from pairing to unlocking, the log tells what happens and no key, label or PIN", async (t) => {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const gateway = new TestGateway(t, { log });
  const { lock, parts } = gateway;
  const wrongLabel = `${lock.labelText.slice(0, -1)}0`;
  await gateway.run(parts.services.pairings.start({ label: wrongLabel, via: VIA }).catch(() => {}));
  await gateway.pair();
  const digits = "314159265";
  await gateway.run(
    parts.grants.add({
      locks: [toHex(lock.label.lockId)],
      with: [{ kind: "pin", digits }],
      rights: ["unlock"],
      until: "2028-01-01T00:00:00Z",
      name: "Anna Andersson",
    }),
  );
  await gateway.run(parts.services.actions.act(toHex(lock.label.lockId), "unlock"));
  const text = lines.join("");
  assert.match(text, /Order to unlock: done/);
  const { secret } = lock.label;
  const pmk = lock.pmk?.reveal() ?? new Uint8Array();
  const labelEnd = lock.labelText.slice(-20);
  for (const hidden of [
    labelEnd,
    toHex(secret.reveal()),
    toHex(pmk),
    base64(secret.reveal()),
    base64(pmk),
    digits,
    "Anna",
  ]) {
    assert(hidden !== "" && !text.includes(hidden), `${hidden} is in the log`);
  }
});

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
