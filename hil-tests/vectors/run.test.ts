import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { countAll, reportLines } from "./report.ts";
import { runVectors } from "./run.ts";
import { SAMPLES } from "./testing/samples.ts";

/** Runs a temporary directory with these files. */
function run(t: TestContext, files: Readonly<Record<string, string>>) {
  const directory = mkdtempSync(join(tmpdir(), "portvakt-vectors-"));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return runVectors(directory);
}

test("published values of every folder hold on both suites", (t) => {
  const reports = run(t, SAMPLES);
  assert.deepEqual(
    reports.flatMap(({ failures }) => failures),
    [],
  );
  assert.deepEqual(countAll(reports), { passed: 23, failed: 0, skipped: 0 });
});

for (const folder of new Set(Object.keys(SAMPLES).map((path) => path.slice(0, path.indexOf("/"))))) {
  const others = Object.fromEntries(Object.entries(SAMPLES).filter(([path]) => !path.startsWith(`${folder}/`)));

  test(`a directory without ${folder} fails and says so`, (t) => {
    const failed = run(t, others).filter(({ failures }) => failures.length > 0);
    assert.deepEqual(
      failed.map(({ path, failures }) => [path, failures]),
      [[folder, ["has no vectors that could be run"]]],
    );
  });

  test(`a folder ${folder} with nothing in it but a licence fails, and the licence is named as skipped`, (t) => {
    const lines = reportLines(run(t, { ...others, [`${folder}/LICENSE`]: "Do as you please." })).join("\n");
    assert.match(
      lines,
      new RegExp(`${folder}/LICENSE: 0 run, 0 failed, 1 skipped\n +skipped 1: no vectors known here`),
    );
    assert.match(lines, /FAILED has no vectors that could be run/);
  });
}

/** One digit of each sample that, changed, makes a good value a bad one. */
const WRONG_DIGITS: [path: string, right: string, wrong: string][] = [
  ["cbor/appendix_a.json", "3903e7", "3903e8"],
  ["cose/sign1-tests/sign-pass-02.json", "72B8820B", "72B8820C"],
  ["cose/CWT/A_7.json", "C0542892", "C0542893"],
  ["desfire-ev2/an12196-ev2.json", "C8CD442C", "C8CD442D"],
  ["desfire-ev2/an12196-ev2.json", "8AEA266C", "8AEA266D"],
  ["desfire-ev2/an12196-ev2.json", "5D9E9E34", "5D9E9E35"],
  ["nist-cavp-ccm/DVPT128.rsp", "02209f55", "02209f56"],
  ["rfc3610-rfc4493/rfc3610.json", "fdf926e0", "fdf926e1"],
  ["wycheproof/aes_cmac_test.json", "c4437a63", "c4437a64"],
  ["wycheproof/ecdh_secp256r1_ecpoint_test.json", "e1714285", "e1714286"],
];

for (const [path, right, wrong] of WRONG_DIGITS) {
  test(`one wrong digit in ${path}, ${wrong} for ${right}, fails on both suites`, (t) => {
    const reports = run(t, { ...SAMPLES, [path]: SAMPLES[path]!.replace(right, wrong) });
    assert.equal(countAll(reports).failed, 1);
    const [failure] = reports.find((report) => report.path === path)!.failures;
    assert.match(failure!, /noble: .*openssl: /);
  });
}

test("an example marked as failing fails the run if it verifies", (t) => {
  const path = "cose/sign1-tests/sign-pass-02.json";
  const marked = JSON.stringify({ ...JSON.parse(SAMPLES[path]!), fail: true });
  assert.equal(countAll(run(t, { ...SAMPLES, [path]: marked })).failed, 1);
});

test("a file that can not be read is a failure of that file alone", (t) => {
  const reports = run(t, { ...SAMPLES, "wycheproof/aes_cmac_test.json": "{" });
  assert.equal(countAll(reports).failed, 1);
  assert.match(reports.find(({ path }) => path.endsWith("aes_cmac_test.json"))!.failures[0]!, /^can not be read: /);
});

test("vectors that LK1 has no primitive for are skipped with the reason", (t) => {
  const path = "nist-cavp-ccm/DVPT128.rsp";
  const wide = SAMPLES[path]!.replace(/Key = \w+/, `Key = ${"00".repeat(32)}`);
  const lines = reportLines(run(t, { ...SAMPLES, "nist-cavp-ccm/DVPT256.rsp": wide })).join("\n");
  assert.match(lines, /DVPT256.rsp: 0 run, 0 failed, 2 skipped\n +skipped 2: AES-192 and AES-256/);
});

test("what lies beside the known folders is named", (t) => {
  const reports = run(t, { ...SAMPLES, "README.md": "", "later/new.json": "" });
  assert.deepEqual(countAll(reports), { passed: 23, failed: 0, skipped: 2 });
  for (const name of ["README.md", "later"])
    assert.ok(reportLines(reports).includes(`${name}: 0 run, 0 failed, 1 skipped`));
});
