import assert from "node:assert/strict";
import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import { parseGrant } from "../../../protocol/documents/grant.ts";
import { parseRoster } from "../../../protocol/documents/roster.ts";
import { toBase64 } from "../../phone/base64.ts";
import { readCargo } from "../../phone/cargo-file.ts";
import type { Target } from "../engine/target.ts";
import { lk1Seeds } from "./lk1-seeds.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const utf8 = new TextDecoder();

/** What a courier is given to take along: whole, or none. */
export const cargo: Target = {
  name: "cargo",
  seeds: () => {
    const documents = lk1Seeds("documents");
    const roster = documents.find((document) => parseRoster(suite, document).ok)!;
    const grant = documents.find((document) => parseGrant(suite, document).ok)!;
    return [
      { roster: { roster: toBase64(roster), grants: [toBase64(grant)] }, receipts: [toBase64(grant)] },
      { known: { generation: 0, seq: 12, head: "0f9120625e492f196c368264a093ca2a" } },
      {},
    ].map((json) => bytesOf(JSON.stringify(json)));
  },
  dictionary: ["null", '"grants":[]', '"known":', "4294967296", "=", "==", "__proto__"].map(bytesOf),
  inputBytesMax: 3000,
  batch: 500,
  allowed: [],
  open: () => ({
    execute: (input) => {
      const read = readCargo(suite, utf8.decode(input));
      if (!read?.roster) return;
      assert(parseRoster(suite, read.roster.roster).ok);
      assert(read.roster.grants.every((grant) => parseGrant(suite, grant).ok));
    },
  }),
};
