import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { onlyMainsOpenTheDoors, timeAndChanceAreArguments } from "./layering/ambient.ts";
import * as rules from "./layering/rules.ts";
import { readSource, type SourceFile } from "./layering/source-file.ts";

const ROOT = fileURLToPath(new URL(".", import.meta.resolve("#package")));
const PARTS = ["crypto", "protocol", "gateway", "lock-sim", "hil-tests"];

const files: SourceFile[] = PARTS.flatMap((part) =>
  readdirSync(join(ROOT, part), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => readSource(relative(ROOT, path).split(sep).join("/"), readFileSync(path, "utf8"))),
);

const FACTS: [string, rules.Rule][] = [
  ["the parts import each other in one direction", rules.partsPointOneWay],
  ["the issuer imports protocol and crypto alone", rules.issuerStandsAlone],
  ["firmware touches nothing but its hal, LK1 and the suite it is given", rules.firmwareTouchesOnlyItsHal],
  ["firmware is synchronous", rules.firmwareWaitsForNothing],
  ["LK1 does no input or output", rules.protocolIsPure],
  ["a package that touches the machine is imported in its one place", rules.packagesHaveTheirImporters],
  ["what ships needs no testing code", rules.productsNeedNoTestingCode],
  ["every import names a file that is there", rules.importedFilesExist],
  ["there are no barrel files", rules.noBarrels],
  ["no imports run in a circle", rules.noCycles],
  ["time and chance are arguments everywhere", timeAndChanceAreArguments],
  ["only main.ts files take the machine's clock and chance", onlyMainsOpenTheDoors],
];

for (const [fact, rule] of FACTS) test(fact, () => assert.deepEqual(rule(files), []));
