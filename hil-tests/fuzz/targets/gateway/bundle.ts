import assert from "node:assert/strict";
import type { Bundle } from "../../../../gateway/fleet/bundle.ts";
import { bundleJson } from "../../../../gateway/fleet/bundle-json.ts";
import { readBundle } from "../../../../gateway/fleet/read-bundle.ts";
import type { Target } from "../../engine/target.ts";

const ID = "aaaaaaaaaaaaaaaa";
const utf8 = new TextDecoder();
const bytesOf = (text: string) => new TextEncoder().encode(text);
const written = (bundle: Bundle) => JSON.stringify(bundleJson(bundle));

/** Signed documents on their way down, before any is believed. What is read can be written, and is the same when it is read again. */
export const bundle: Target = {
  name: "bundle",
  seeds: () =>
    [
      `{"issuerId":"${ID}","grants":["AQID"],"timeTokens":["AQ=="]}`,
      `{"issuerId":"${ID}","rosters":[{"document":"AQI=","grants":{"all":["${ID}"]},"mayRevoke":7}]}`,
      `{"issuerId":"${ID}","rosters":[{"document":"AQI=","grants":{"since":7,"put":["${ID}"],"drop":[]}}]}`,
      "null",
    ].map(bytesOf),
  dictionary: ["null", "{}", "[]", "-1", '"', "=", "4294967296", '"all":[]', '"__proto__"', '"since":0'].map(bytesOf),
  inputBytesMax: 600,
  batch: 2000,
  allowed: [SyntaxError],
  open: () => ({
    execute: (input) => {
      const reading = readBundle(JSON.parse(utf8.decode(input)));
      if (!reading.ok) return;
      const again = readBundle(JSON.parse(written(reading.bundle)));
      assert(again.ok && written(again.bundle) === written(reading.bundle));
      assert(/^[0-9a-f]{16}$/.test(reading.bundle.issuerId));
    },
  }),
};
