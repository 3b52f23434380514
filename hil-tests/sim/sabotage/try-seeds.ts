import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { runWorld } from "../run-world.ts";
import type { Find } from "./find.ts";
import { hardPlan } from "./hard-plan.ts";

// Runs inside a patched build: seed after seed until an invariant breaks, and prints what it found as JSON, or nothing.

const HOUR_MS = 3_600_000;

const { values } = parseArgs({
  options: { from: { type: "string" }, to: { type: "string" } },
});

for (let seed = Number(values.from); seed <= Number(values.to); seed++) {
  const { broken } = await runWorld({
    plan: hardPlan(seed),
    suites: { gateway: deterministicSuite, firmware: deterministicSuite },
    folder: existsSync("/dev/shm") ? "/dev/shm" : tmpdir(),
  });
  if (!broken) continue;
  const { invariant, sentence, atMs } = broken;
  process.stdout.write(JSON.stringify({ seed, invariant, sentence, hours: atMs / HOUR_MS } satisfies Find));
  break;
}
