import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { type Credential, type GrantClaims, parseGrant, signGrant } from "../../protocol/documents/grant.ts";
import { formatLabel, parseLabel } from "../../protocol/documents/label.ts";
import { parseRoster, type RosterClaims, signRoster } from "../../protocol/documents/roster.ts";
import { accepted } from "../../protocol/documents/testing/documents.ts";
import { vectorKey } from "../../protocol/documents/testing/vector-keys.ts";
import { decodeRecord, encodeRecord, type LogRecord, RecordType } from "../../protocol/log/record.ts";
import { BleFragmentAssembler, encodeBleFragments } from "../../protocol/wire/ble-fragments.ts";
import { concat } from "../../protocol/wire/bytes.ts";
import { type Cbor, type CborMap, decodeCbor, encodeCbor } from "../../protocol/wire/cbor.ts";
import { type Command, decodeCommand, encodeCommand } from "../../protocol/wire/commands.ts";
import { FRAME_BYTES_MAX } from "../../protocol/wire/messages.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";

// What our encoders write of anything they take, our decoders read as it was. A failure prints seed and path.

const SEED = 20_270_107;
const RUNS = 300;
const UINT_MAX = 2 ** 32 - 1;

const uint = (max = UINT_MAX) => fc.integer({ min: 0, max });
const record = <T>(fields: { [Name in keyof T]: fc.Arbitrary<T[Name]> }) =>
  fc.record(fields, { noNullPrototype: true });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const bytesUpTo = (maxLength: number) => fc.uint8Array({ maxLength });
const ISSUER = vectorKey("issuer");

function holds<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, check), { seed: SEED, numRuns: RUNS });
}

/** Without the fields that are undefined. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

const beyond32Bits = fc
  .bigInt({ min: -(2n ** 64n) + 1n, max: 2n ** 64n - 1n })
  .filter((n) => n > UINT_MAX || n < -(2n ** 32n));
const leaf: fc.Arbitrary<Cbor> = fc.oneof(
  fc.integer({ min: -(2 ** 32), max: UINT_MAX }),
  beyond32Bits,
  fc.string({ unit: "binary", maxLength: 40 }),
  bytesUpTo(40),
);
const key = fc.oneof(fc.integer({ min: -70_000, max: 70_000 }), fc.string({ unit: "binary", maxLength: 8 }));
const { item } = fc.letrec<{ item: Cbor }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie("item"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("item")), { maxLength: 4 }).map((entries): CborMap => new Map(entries)),
  ),
}));

test("CBOR", () => {
  holds(item, (value) => {
    const encoded = encodeCbor(value);
    if (encoded.length > FRAME_BYTES_MAX) return;
    assert.deepEqual(encodeCbor(decodeCbor(encoded)), encoded);
    if (!(value instanceof Map) && !Array.isArray(value)) assert.deepEqual(decodeCbor(encoded), value);
  });
});

const command: fc.Arbitrary<Command> = fc.oneof(
  record({
    name: fc.constant("act" as const),
    action: fc.integer({ min: 1, max: 7 }),
    grant: bytesUpTo(300),
    order: bytesUpTo(200),
  }),
  record({
    name: fc.constant("readLog" as const),
    fromSeq: fc.integer({ min: 1, max: UINT_MAX }),
    max: fc.integer({ min: 1, max: UINT_MAX }),
    generation: uint(),
  }),
  record({ name: fc.constant("logHead" as const), nonce: bytes(16) }),
  record({
    name: fc.constant("grantPut" as const),
    grants: fc.array(bytesUpTo(100), { minLength: 1, maxLength: 6 }),
  }),
  record({ name: fc.constant("grantDrop" as const), ids: fc.array(bytes(8), { minLength: 1, maxLength: 20 }) }),
  record({ name: fc.constant("timeHint" as const), time: uint() }),
  record({ name: fc.constant("time" as const), token: bytesUpTo(200) }),
  record({ name: fc.constant("firmwareBlock" as const), offset: uint(), bytes: bytesUpTo(512) }),
);

test("commands", () => {
  holds(command, (value) => assert.deepEqual(accepted(decodeCommand(encodeCommand(value))), value));
});

const credential: fc.Arbitrary<Credential> = fc.oneof(
  record({ kind: fc.constant("tag" as const), uid: bytes(7) }),
  record({ kind: fc.constant("pin" as const), verifier: bytes(8) }),
);
const window = record({ days: uint(255), from: uint(1440), to: uint(1440) });
const grant: fc.Arbitrary<GrantClaims> = fc
  .record({
    subject: bytes(8),
    audience: fc.array(bytes(8), { minLength: 1, maxLength: 16 }),
    expires: uint(),
    notBefore: fc.option(uint(), { nil: undefined }),
    issuedAt: uint(),
    id: bytes(8).filter((id) => id.some((byte) => byte !== 0)),
    credentials: fc.array(credential, { minLength: 1, maxLength: 4 }),
    rule: fc.constantFrom(undefined, 1 as const),
    windows: fc.option(fc.array(window, { minLength: 1, maxLength: 8 }), { nil: undefined }),
    rights: uint(63),
    uses: fc.option(fc.integer({ min: 1, max: UINT_MAX }), { nil: undefined }),
  })
  .map((claims) => present(claims) as GrantClaims);

test("grants", () => {
  holds(grant, (claims) => {
    const document = signGrant(suite, ISSUER.key, claims);
    assert.deepEqual(accepted(parseGrant(suite, document)).claims, claims);
  });
});

const roster: fc.Arbitrary<RosterClaims> = record({
  lockId: bytes(8),
  generation: uint(),
  epoch: uint(),
  issuedAt: uint(),
  staleAfter: uint(),
  count: uint(),
  digest: bytes(32),
  carriedFrom: uint(),
  denied: fc.array(bytes(8), { maxLength: 32 }),
  settings: fc.record(
    {
      holidays: fc.array(uint(), { maxLength: 20 }),
      groups: fc.array(bytes(8), { maxLength: 16 }),
      unlockSeconds: uint(),
      ajarSeconds: uint(),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
});

test("rosters", () => {
  holds(roster, (claims) => {
    const document = signRoster(suite, ISSUER.key, claims);
    assert.deepEqual(accepted(parseRoster(suite, document)).claims, claims);
  });
});

const logRecord: fc.Arbitrary<LogRecord> = record({
  seq: fc.integer({ min: 1, max: UINT_MAX }),
  time: uint(),
  type: fc.constantFrom(...Object.values(RecordType)),
  slot: fc.constantFrom(0, 1, 2, 3, 0xff),
  result: uint(30),
  flags: uint(7),
  n: uint(),
  ref: bytes(8),
  aux: bytes(8),
  h: bytes(16),
});

test("records", () => {
  holds(logRecord, (value) => assert.deepEqual(decodeRecord(encodeRecord(value)), value));
});

test("labels", () => {
  holds(fc.tuple(bytes(8), bytes(16)), ([lockId, secret]) => {
    const label = parseLabel(suite, formatLabel(suite, { lockId, secret: new Secret(Uint8Array.from(secret)) }));
    assert.deepEqual([label.lockId, label.secret.reveal()], [lockId, secret]);
  });
});

const frame = fc.uint8Array({ minLength: 1, maxLength: FRAME_BYTES_MAX });

test("serial frames, one after the other with noise in between, however the line cuts them up", () => {
  const noise = bytesUpTo(20).map((line) => concat(line, Uint8Array.of(0)));
  const sent = fc.array(fc.tuple(uint(247), frame, noise), { minLength: 1, maxLength: 4 });
  holds(fc.tuple(sent, fc.integer({ min: 1, max: 300 })), ([frames, pieceBytes]) => {
    const stream = concat(...frames.flatMap(([address, content, line]) => [line, encodeSerialFrame(address, content)]));
    const decoder = new SerialFrameDecoder();
    const heard: { address: number; frame: Uint8Array }[] = [];
    for (let at = 0; at < stream.length; at += pieceBytes)
      heard.push(...decoder.push(stream.subarray(at, at + pieceBytes)));
    assert.deepEqual(
      heard,
      frames.map(([address, content]) => ({ address, frame: content })),
    );
  });
});

test("BLE fragments at any ATT_MTU", () => {
  holds(
    fc.tuple(fc.array(frame, { minLength: 1, maxLength: 3 }), fc.integer({ min: 23, max: 517 })),
    ([frames, mtu]) => {
      const assembler = new BleFragmentAssembler();
      const heard = frames.flatMap((one) => encodeBleFragments(one, mtu)).flatMap((part) => assembler.push(part) ?? []);
      assert.deepEqual(heard, frames);
    },
  );
});
