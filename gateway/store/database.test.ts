import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Database } from "./database.ts";
import { StoreError, type StoreErrorCode } from "./store-error.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";
import { temporaryDirectory } from "./testing/temporary-directory.ts";

const COUNT = "SELECT count(*) AS count FROM delivery";
const INSERT = "INSERT INTO delivery (lock_id, cursor) VALUES (?, ?)";

function failsWith(code: StoreErrorCode) {
  return (error: unknown) => error instanceof StoreError && error.code === code && !error.message.includes("\n");
}

test("a commit is on the disk when it is answered: WAL with synchronous=FULL", (t) => {
  const database = temporaryDatabase(t);
  assert.deepEqual(database.get("PRAGMA journal_mode"), { journal_mode: "wal" });
  assert.deepEqual(database.get("PRAGMA synchronous"), { synchronous: 2 });
  assert.deepEqual(database.get("PRAGMA foreign_keys"), { foreign_keys: 1 });
});

test("the file and its side files are readable by their owner alone", async (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  const database = Database.open(path);
  t.after(() => database.close());
  await database.write(() => database.run(INSERT, "a", 1));
  for (const suffix of ["", "-wal"]) assert.equal(statSync(path + suffix).mode & 0o777, 0o600);
});

test("a rehearsal sees its own changes and leaves nothing behind, between two writes of one transaction", async (t) => {
  const database = temporaryDatabase(t);
  const before = database.write(() => database.run(INSERT, "a", 1));
  const rehearsed = database.rehearse(() => {
    database.run(INSERT, "b", 2);
    return database.get(COUNT);
  });
  const after = database.write(() => database.get(COUNT));
  assert.deepEqual(await Promise.all([before, rehearsed, after]), [1, { count: 2 }, { count: 1 }]);
  await assert.rejects(
    database.rehearse(() => {
      throw new RangeError("no");
    }),
    RangeError,
  );
});

test("writes of one turn share a commit, in the order in which they were asked for", async (t) => {
  const commits: (() => void)[] = [];
  const database = temporaryDatabase(t, { soon: (commit) => commits.push(commit) });
  const order: string[] = [];
  const first = database.write(() => database.run(INSERT, "a", 1)).then(() => order.push("first"));
  const second = database.write(() => database.run(INSERT, "b", 2)).then(() => order.push("second"));
  assert.equal(commits.length, 1);
  assert.deepEqual(database.get(COUNT), { count: 0 });
  commits[0]?.();
  assert.deepEqual(database.get(COUNT), { count: 2 });
  await Promise.all([first, second]);
  assert.deepEqual(order, ["first", "second"]);
});

test("a write that throws undoes itself alone", async (t) => {
  const database = temporaryDatabase(t);
  const mistake = new Error("ours");
  const results = await Promise.allSettled([
    database.write(() => database.run(INSERT, "a", 1)),
    database.write(() => {
      database.run(INSERT, "b", 2);
      throw mistake;
    }),
    database.write(() => database.run(INSERT, "c", 3)),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.equal(results[1]?.status === "rejected" && results[1].reason, mistake);
  assert.deepEqual(database.all("SELECT lock_id FROM delivery"), [{ lock_id: "a" }, { lock_id: "c" }]);
});

test("rows change inside a write alone", async (t) => {
  const database = temporaryDatabase(t);
  assert.throws(() => database.run(INSERT, "a", 1), /outside a write/);
  await assert.rejects(
    database.write(() => {
      database.write(() => 1);
    }),
    /a write inside a write/,
  );
});

test("closing commits what is still queued", async (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  const database = Database.open(path, { soon: () => {} });
  const written = database.write(() => database.run(INSERT, "a", 1));
  database.close();
  await written;
  const again = Database.open(path);
  t.after(() => again.close());
  assert.deepEqual(again.get(COUNT), { count: 1 });
});

test("a full disk rejects the write in one sentence, and what was there stays", async (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  const roomy = Database.open(path);
  await roomy.write(() => roomy.run(INSERT, "a", 1));
  roomy.close();
  const database = Database.open(path, { pagesMax: 40 });
  t.after(() => database.close());
  const large = "x".repeat(200_000);
  await assert.rejects(
    database.write(() => database.run(INSERT, large, 1)),
    failsWith("full"),
  );
  await database.write(() => database.run(INSERT, "b", 2));
  assert.deepEqual(database.get(COUNT), { count: 2 });
});

test("a second daemon on the same file is refused in one sentence", (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  const database = Database.open(path);
  t.after(() => database.close());
  assert.throws(() => Database.open(path, { busyTimeoutMs: 0 }), failsWith("in-use"));
});

test("the lock of a daemon that was killed does not block the next one", async (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  Database.open(path).close();
  const script = `
    const Sqlite = require("better-sqlite3");
    const sqlite = new Sqlite(process.argv[1]);
    sqlite.pragma("locking_mode = EXCLUSIVE");
    sqlite.exec("BEGIN EXCLUSIVE; INSERT INTO delivery (lock_id, cursor) VALUES ('a', 1); COMMIT");
    console.log("holding");
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["-e", script, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  assert.throws(() => Database.open(path, { busyTimeoutMs: 0 }), failsWith("in-use"));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  const database = Database.open(path);
  t.after(() => database.close());
  assert.deepEqual(database.get(COUNT), { count: 1 });
});

test("a file that is no database, or can not be written, is refused in one sentence", (t) => {
  const directory = temporaryDirectory(t);
  const damaged = join(directory, "damaged.db");
  writeFileSync(damaged, "no database at all ".repeat(100));
  assert.throws(() => Database.open(damaged), failsWith("damaged"));
  const folder = join(directory, "folder.db");
  mkdirSync(folder);
  assert.throws(() => Database.open(folder), failsWith("not-writable"));
  assert.throws(() => Database.open(join(directory, "none", "portvakt.db")), failsWith("not-writable"));
  // Root may write anywhere.
  if (process.getuid?.() === 0) return;
  const closed = join(directory, "closed.db");
  writeFileSync(closed, "");
  chmodSync(closed, 0o400);
  assert.throws(() => Database.open(closed), failsWith("not-writable"));
});
