import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { DEFAULT_SITE } from "../../config.ts";
import { temporaryDirectory } from "../../store/testing/temporary-directory.ts";
import type { GrantRequest } from "../grant-request.ts";
import { IssuerOffice } from "../issuer-office.ts";

export const GATEWAY = "00000000000000aa";
export const LOCK_A = "aaaaaaaaaaaaaaaa";
export const LOCK_B = "bbbbbbbbbbbbbbbb";

const QUIET = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

/** An issuer in a directory of its own, and reports as a gateway would send them. */
export async function officeFixture(test: Pick<TestContext, "after">) {
  const suite = opensslSuite;
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const directory = temporaryDirectory(test);
  const newPoint = () => toHex(suite.p256PublicKey(suite.p256PrivateKey((length) => random.bytes(length))));
  const publicKey = newPoint();
  const world = { suite, clock, random, log: QUIET, directory, site: DEFAULT_SITE };
  const office = await IssuerOffice.open(world);
  test.after(() => office.close());
  const lock = { gatewayId: GATEWAY, generation: 0, model: "Emulated", hardware: 1, firmware: 1 };
  const points = { sigPk: newPoint(), boxPk: newPoint() };
  /** Of a gateway that has the roster of this epoch, 0 for none. */
  const report = (lockId: string, wantedEpoch: number, more: object = {}) => ({
    ...lock,
    ...points,
    lockId,
    wanted: { epoch: wantedEpoch },
    ...more,
  });
  const grant = async (more: Partial<GrantRequest> = {}) => {
    const request: GrantRequest = {
      locks: [LOCK_A],
      with: [{ kind: "key", publicKey }],
      rights: ["essential"],
      ...more,
    };
    return (await office.rights.grants.add(request)).row;
  };
  return { suite, clock, random, directory, world, office, report, grant, newPoint, publicKey };
}

/** As a gateway's uplink sends them. */
export function message(reports: readonly object[], results: readonly object[] = []) {
  return { gatewayId: GATEWAY, reports, results };
}

export function rosterResult(lockId: string, epoch: number, outcome: string, more: object = {}) {
  return { kind: "roster", id: `${lockId}:${epoch}`, outcome, ...more };
}
