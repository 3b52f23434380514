import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { concat } from "../../../protocol/wire/bytes.ts";
import { uint16 } from "../hci/little-endian.ts";
import { commandPacket } from "../hci/packet.ts";
import { QuietAir } from "../testing/quiet-air.ts";

const OPCODES = [
  0x0406, 0x0c01, 0x0c03, 0x1001, 0x1405, 0x2001, 0x2006, 0x2008, 0x2009, 0x200a, 0x200b, 0x200c, 0x200d, 0x200e,
  0x2013, 0x2022, 0x2041, 0xfc01,
];
const PARAMETER_BYTES = [0, 1, 2, 3, 6, 7, 14, 15, 25, 32];
const PACKETS = 3_000;

test("whatever a host sends, each whole command is answered once, and nothing breaks", () => {
  const seed = 20_270_107;
  const random = new SeededRandom(seed);
  const pick = <T>(choices: readonly T[]): T => choices[random.below(choices.length)]!;
  const quiet = new QuietAir();
  const hosts = [quiet.host(), quiet.host({ linksMax: 1 })];
  const { centralHandle } = quiet.link(hosts[0]!, hosts[1]!);
  for (let n = 0; n < PACKETS; n++) {
    const host = pick(hosts);
    host.heard();
    const isCommand = random.below(3) > 0;
    if (isCommand) {
      const parameters = random.bytes(pick(PARAMETER_BYTES));
      // Half of the parameters begin with the handle of a link that there was.
      if (parameters.length > 1 && random.below(2) === 0) parameters.set(uint16(centralHandle));
      host.controller.hostPacket(commandPacket(pick(OPCODES), parameters));
      const answers = host.heard().filter(({ kind }) => kind === "complete" || kind === "status");
      assert.equal(answers.length, 1, `seed ${seed}, packet ${n}`);
    } else {
      host.controller.hostPacket(concat(Uint8Array.of(random.below(5)), random.bytes(random.below(40))));
      host.data(centralHandle, "00".repeat(random.below(60)));
    }
    quiet.clock.advance(random.below(30));
  }
});
