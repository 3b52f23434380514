import { opensslSuite } from "../../../crypto/openssl.ts";
import { ProtocolError } from "../../../protocol/protocol-error.ts";
import { readCaps, writeCaps } from "../../../protocol/session/caps.ts";
import {
  readLockInfo,
  readLogPosition,
  readSiteInfo,
  writeLockInfo,
  writeLogPosition,
  writeSiteInfo,
} from "../../../protocol/session/pair-contents.ts";
import { concat, uint8 } from "../../../protocol/wire/bytes.ts";
import { CBOR_BYTES_MAX, decodeCbor, encodeCbor } from "../../../protocol/wire/cbor.ts";
import { type CommandName, decodeCommand, encodeCommand } from "../../../protocol/wire/commands.ts";
import { decodeMessage, encodeMessage, FRAME_BYTES_MAX } from "../../../protocol/wire/messages.ts";
import { decodeResponse, encodeResponse } from "../../../protocol/wire/responses.ts";
import type { Execute, Target } from "../engine/target.ts";
import { CBOR_TOKENS } from "./cbor-tokens.ts";
import { lk1Seeds } from "./lk1-seeds.ts";
import { assertSameBytes } from "./same-bytes.ts";

const BATCH = 2000;

export const cbor: Target = {
  name: "cbor",
  seeds: () => [...lk1Seeds("cbor"), ...lk1Seeds("documents"), ...lk1Seeds("commands")],
  dictionary: CBOR_TOKENS,
  inputBytesMax: CBOR_BYTES_MAX + 8,
  batch: BATCH,
  allowed: [ProtocolError],
  open: () => ({ execute: (input) => assertSameBytes(encodeCbor(decodeCbor(input)), input) }),
};

export const messages: Target = {
  name: "messages",
  seeds: () => ["pair", "open", "resume", "pass", "commands", "headers"].flatMap(lk1Seeds),
  inputBytesMax: FRAME_BYTES_MAX + 8,
  batch: BATCH,
  allowed: [ProtocolError],
  open: () => ({ execute: (input) => assertSameBytes(encodeMessage(decodeMessage(input)), input) }),
};

export const commands: Target = {
  name: "commands",
  seeds: () => lk1Seeds("commands"),
  dictionary: CBOR_TOKENS,
  inputBytesMax: CBOR_BYTES_MAX + 8,
  batch: BATCH,
  allowed: [ProtocolError],
  open: () => ({
    execute: (input) => {
      const command = decodeCommand(input);
      if (!command.ok) throw new ProtocolError("malformed");
      assertSameBytes(encodeCommand(command.value), input);
    },
  }),
};

const COMMAND_NAMES: readonly CommandName[] = [
  "status",
  "act",
  "readLog",
  "ackLog",
  "logHead",
  "rosterBegin",
  "grantPut",
  "rosterCommit",
  "time",
  "timeHint",
  "firmwareBegin",
  "firmwareBlock",
  "firmwareApply",
  "identify",
  "unpair",
  "grantList",
  "grantDrop",
];

/** The first byte says which command is answered. */
export const responses: Target = {
  name: "responses",
  seeds: () => lk1Seeds("commands").map((seed, i) => concat(uint8(i % COMMAND_NAMES.length), seed)),
  dictionary: CBOR_TOKENS,
  inputBytesMax: CBOR_BYTES_MAX + 8,
  batch: BATCH,
  allowed: [ProtocolError],
  open: () => ({
    execute: ([choice = 0, ...rest]) => {
      const name = COMMAND_NAMES[choice % COMMAND_NAMES.length]!;
      const bytes = Uint8Array.from(rest);
      assertSameBytes(encodeResponse(name, decodeResponse(name, bytes)), bytes);
    },
  }),
};

const CONTENTS: readonly Execute[] = [
  (bytes) => assertSameBytes(writeCaps(readCaps(bytes)), bytes),
  (bytes) => assertSameBytes(writeLockInfo(readLockInfo(opensslSuite, bytes)), bytes),
  (bytes) => assertSameBytes(writeSiteInfo(readSiteInfo(opensslSuite, bytes)), bytes),
  (bytes) => assertSameBytes(writeLogPosition(readLogPosition(bytes)), bytes),
];

/** What stands sealed in O2, P2, P3 and P4; the first byte says in which. */
export const contents: Target = {
  name: "contents",
  seeds: () =>
    [...lk1Seeds("pair"), ...lk1Seeds("open")].flatMap((seed) => CONTENTS.map((_, i) => concat(uint8(i), seed))),
  dictionary: CBOR_TOKENS,
  inputBytesMax: CBOR_BYTES_MAX + 8,
  batch: BATCH,
  allowed: [ProtocolError],
  open: () => ({
    execute: (input) => CONTENTS[(input[0] ?? 0) % CONTENTS.length]!(input.subarray(1)),
  }),
};
