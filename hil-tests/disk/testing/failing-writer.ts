import { join } from "node:path";
import { Database } from "../../../gateway/store/database.ts";
import { StoreError } from "../../../gateway/store/store-error.ts";
import { setFault } from "../fault.ts";

const WRITES = 8;
const EXIT_AS_KILLED = 0;

/**
 * `failing-writer FOLDER FIRST N go-on|stop`: opens a database, and from then on the Nth change to the disk fails with EIO. Writes rows
 * from FIRST on, and goes on after a refusal or stops. Prints which rows were promised, which refusals there were, and what a
 * reader then sees, and ends as if it had been killed.
 */
const [folder = "", first = "", nth = "", manner = ""] = process.argv.slice(2);
const database = Database.open(join(folder, "portvakt.db"));
const promised: number[] = [];
const refusals: string[] = [];
setFault(folder, { kind: "EIO", nth: Number(nth), lasts: "once" });
for (let row = Number(first); row < Number(first) + WRITES; row++) {
  try {
    await database.write(() =>
      database.run("INSERT INTO delivery (lock_id, cursor) VALUES (?, ?)", `lock ${row}`, row),
    );
    promised.push(row);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    refusals.push(error.message);
    if (manner === "stop") break;
  }
}
const seen = database
  .all<{ cursor: number }>("SELECT cursor FROM delivery ORDER BY cursor")
  .map(({ cursor }) => cursor);
process.stdout.write(JSON.stringify({ promised, refusals, seen }));
process.exit(EXIT_AS_KILLED);
