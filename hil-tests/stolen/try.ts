import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ATTACKS } from "./attacks.ts";
import { runAttack } from "./run-attack.ts";
import { live } from "./site/life.ts";
import { unpackTheft } from "./site/theft-file.ts";

// Runs inside a patched build: one attack, whose outcome it prints as JSON. Without a theft it lives a life of its own before it.

const { values } = parseArgs({
  options: { attack: { type: "string" }, seed: { type: "string" }, theft: { type: "string" } },
});
const attack = ATTACKS.find(({ name }) => name === values.attack);
if (!attack) throw new RangeError(`there is no attack "${values.attack}"`);
const seed = Number(values.seed);
const theft = values.theft === undefined ? await live(seed) : unpackTheft(readFileSync(values.theft));
process.stdout.write(JSON.stringify(await runAttack(attack, theft, seed)));
