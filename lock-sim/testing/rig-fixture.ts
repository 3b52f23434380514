import type { TestContext } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { formatLabel } from "../../protocol/documents/label.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { FaultyLink } from "../port/faulty-link.ts";
import { Rig } from "../rig/rig.ts";
import { smallLock } from "./small-lock.ts";

/** A small lock, or one that is given, with its rig on a free port. */
export async function rigFixture(t: TestContext, small: ReturnType<typeof smallLock> = smallLock()) {
  const { lock, label, clock } = small;
  const random = new SeededRandom(9);
  const print = { lockId: toHex(label.lockId), label: formatLabel(nobleSuite, label) };
  const link = new FaultyLink(lock, clock, random);
  const rig = new Rig({ lock, print, link, clock, random, suite: nobleSuite }, { host: "127.0.0.1", port: 0 });
  const url = `http://${await rig.start()}`;
  t.after(() => rig.close());
  return { ...small, print, link, url };
}
