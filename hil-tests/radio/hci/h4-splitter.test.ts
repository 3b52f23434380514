import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, fromHex } from "../../../protocol/wire/bytes.ts";
import { H4Splitter } from "./h4-splitter.ts";

/** Reset, four bytes of ACL data, Command Complete for Reset, ACL data without any bytes. */
const PACKETS = ["01030c00", "024000040001020304", "040e0401030c00", "0240100000"].map(fromHex);

test("a stream is cut into its packets, wherever its pieces begin", () => {
  const stream = concat(...PACKETS);
  for (let at = 0; at <= stream.length; at++) {
    const splitter = new H4Splitter();
    const packets = [...splitter.push(stream.subarray(0, at)), ...splitter.push(stream.subarray(at))];
    assert.deepEqual(packets, PACKETS);
  }
});

test("a stream that comes byte by byte is cut into its packets", () => {
  const splitter = new H4Splitter();
  const packets = Array.from(concat(...PACKETS)).flatMap((byte) => splitter.push(Uint8Array.of(byte)));
  assert.deepEqual(packets, PACKETS);
});

test("what is no packet is refused", () => {
  for (const type of [0, 3, 5, 255])
    assert.throws(() => new H4Splitter().push(Uint8Array.of(...PACKETS[0]!, type, 0, 0)), RangeError);
});
