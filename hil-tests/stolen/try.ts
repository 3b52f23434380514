import { parseArgs } from "node:util";
import { ATTACKS } from "./attacks.ts";
import { runAttack } from "./run-attack.ts";
import { live } from "./site/life.ts";

// Runs inside a patched build: one attack, whose outcome it prints as JSON.

const { values } = parseArgs({ options: { attack: { type: "string" }, seed: { type: "string" } } });
const attack = ATTACKS.find(({ name }) => name === values.attack);
if (!attack) throw new RangeError(`there is no attack "${values.attack}"`);
const seed = Number(values.seed);
process.stdout.write(JSON.stringify(runAttack(attack, await live(seed), seed)));
