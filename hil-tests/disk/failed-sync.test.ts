import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Database } from "../../gateway/store/database.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { fastFolder } from "./fast-folder.ts";
import { DiskModel } from "./images/disk-model.ts";
import { readWriteLog } from "./images/write-log.ts";
import { buildLibrary, NO_COMPILER } from "./library.ts";

const WRITER = fileURLToPath(new URL("testing/failing-writer.js", import.meta.url));
const CHANGES = 9;
const NEVER = 0;
const POWER_CUTS = 4;

interface Written {
  promised: number[];
  refusals: string[];
  seen: number[];
}

/** A folder on a disk of which every change is known. */
class KnownDisk {
  readonly #root: string;
  readonly #library: string;
  readonly #folder: string;
  readonly #log: string;
  readonly #random = new SeededRandom(1);

  constructor(root: string, library: string, nth: number) {
    this.#root = root;
    this.#library = library;
    this.#folder = join(root, `disk-${nth}`);
    this.#log = join(root, `log-${nth}`);
    mkdirSync(this.#folder, { mode: 0o700 });
  }

  write(first: number, nth: number, manner: "go-on" | "stop"): Written {
    const args = [WRITER, this.#folder, `${first}`, `${nth}`, manner];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      env: { ...process.env, LD_PRELOAD: this.#library, DISK_FOLDER: this.#folder, DISK_LOG: this.#log },
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Written;
  }

  /** Which rows a database holds after a power cut; several times, for chance decides what is left of what was not synced. */
  rowsAfterPowerCuts(): number[][] {
    const disk = new DiskModel();
    for (const change of readWriteLog(this.#log)) disk.apply(change);
    return Array.from({ length: POWER_CUTS }, () => this.#rowsOn(disk.afterPowerCut(this.#random)));
  }

  #rowsOn(image: Map<string, Uint8Array>): number[] {
    const folder = join(this.#root, "image");
    mkdirSync(folder, { mode: 0o700 });
    for (const [name, bytes] of image) writeFileSync(join(folder, name), bytes);
    const database = Database.open(join(folder, "portvakt.db"));
    const rows = database.all<{ cursor: number }>("SELECT cursor FROM delivery ORDER BY cursor");
    database.close();
    rmSync(folder, { recursive: true });
    return rows.map(({ cursor }) => cursor);
  }
}

/** One disk for each change that fails; nothing where there is no compiler. */
function eachDisk(t: TestContext, trial: (disk: KnownDisk, nth: number, what: string) => void): void {
  const root = fastFolder("sync");
  t.after(() => rmSync(root, { recursive: true }));
  const library = buildLibrary(root);
  if (library === undefined) t.skip(NO_COMPILER);
  else for (let nth = 1; nth <= CHANGES; nth++) trial(new KnownDisk(root, library, nth), nth, `change ${nth} failed`);
}

test("a write whose sync failed is refused and not claimed, and what is promised after it outlives a power cut", (t) => {
  let failedSyncs = 0;
  eachDisk(t, (disk, nth, what) => {
    const { promised, refusals, seen } = disk.write(1, nth, "go-on");
    assert.equal(refusals.length, 1, what);
    assert.match(refusals[0]!, /^the disk failed while reading or writing .*portvakt\.db \(SQLITE_IOERR_[A-Z]+\)$/);
    if (refusals[0]!.includes("FSYNC")) failedSyncs++;
    assert.deepEqual(seen, promised, what);
    for (const rows of disk.rowsAfterPowerCuts()) assert.deepEqual(rows, promised, what);
    if (nth === CHANGES) assert.ok(failedSyncs > 0, "no sync has failed");
  });
});

test("a daemon that ends on a failed sync leaves nothing that takes the next one's promises with it", (t) => {
  eachDisk(t, (disk, nth, what) => {
    const first = disk.write(1, nth, "stop");
    const second = disk.write(101, NEVER, "go-on");
    assert.equal(first.refusals.length, 1, what);
    const missing = [...first.promised, ...second.promised].filter((row) => !second.seen.includes(row));
    assert.deepEqual(missing, [], what);
    for (const rows of disk.rowsAfterPowerCuts()) assert.deepEqual(rows, second.seen, what);
  });
});
