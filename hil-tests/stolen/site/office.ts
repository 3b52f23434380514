import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import type { Log } from "../../../gateway/log.ts";
import { IssuerOffice } from "../../../gateway/rights/issuer-office.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Scene } from "../scene.ts";
import type { Door } from "./door.ts";

const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

/** Hands `use` an issuer's office that has taken this door's lock in, and somebody's PIN for it; it is gone afterwards. */
export async function withOffice(
  scene: Scene,
  door: Door,
  use: (office: IssuerOffice) => Promise<void>,
): Promise<void> {
  const { clock, random } = scene;
  const directory = mkdtempSync(join(tmpdir(), "portvakt-office-"));
  const office = await IssuerOffice.open({
    suite: deterministicSuite,
    clock,
    random,
    log: QUIET,
    directory,
    site: DEFAULT_SITE,
  });
  try {
    await office.admit(reportOf(scene, door));
    await office.rights.grants.add({ locks: [door.id], with: [{ kind: "pin" }], rights: ["essential"] });
    await use(office);
  } finally {
    await office.close();
    rmSync(directory, { recursive: true });
  }
}

/** What the stolen gateway reports of the lock; `wish` is what the thief would rather say. */
export function reportOf({ loot }: Scene, door: Door, wish: object = {}): object {
  const report = {
    gatewayId: toHex(loot.gatewayId),
    lockId: door.id,
    generation: door.inside.generation,
    model: "Emulated",
    hardware: 1,
    firmware: 7,
    sigPk: toHex(door.sigPk),
    boxPk: toHex(door.boxPk),
    wanted: { epoch: 0 },
    ...wish,
  };
  return { gatewayId: report.gatewayId, reports: [report], results: [] };
}
