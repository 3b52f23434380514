import { appendFileSync } from "node:fs";
import { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import { Database } from "../../../gateway/store/database.ts";
import { contentHash, keysOf } from "./evidence.ts";

/**
 * Loaded into the daemon before its own modules: whenever the store has promised something it writes down, through the same disk and
 * so in its place among the writes, what the whole database held then. Keys likewise, as soon as they are in use.
 */
const notes = process.env.PROMISE_NOTES!;

const open = Database.open;
Database.open = (...how) => {
  const database = open(...how);
  note(`content ${contentHash(database)}`);
  return database;
};

const { write } = Database.prototype;
Database.prototype.write = function <T>(work: () => T extends PromiseLike<unknown> ? never : T): Promise<T> {
  const written: Promise<T> = write.call<Database, [typeof work], Promise<T>>(this, work);
  // First of all who wait for it, so in the turn of its commit.
  written.then(
    () => note(`content ${contentHash(this)}`),
    () => {},
  );
  return written;
};

const load = LocalIssuer.load;
LocalIssuer.load = (...how) => {
  const issuer = load(...how);
  note(`keys ${keysOf(issuer)}`);
  return issuer;
};

function note(line: string): void {
  appendFileSync(notes, `${line}\n`);
}
