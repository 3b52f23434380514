import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { continuesLastRun, type StartMark } from "./continuity.ts";
import { migrate } from "./migrate.ts";
import { asStoreError, StoreError } from "./store-error.ts";
import { writeAnew } from "./write-anew.ts";

export type SqlValue = number | string | Uint8Array | null;

/** How long a start waits for the lock of a daemon that is just going. */
const BUSY_TIMEOUT_MS = 2000;
/** SQL texts are constants of the stores; more than this many means that somebody builds them from data. */
const STATEMENTS_MAX = 400;
/** What `PRAGMA synchronous` answers for FULL. */
const SYNCHRONOUS_FULL = 2;
export const PAGE_BYTES = 4096;

export interface DatabaseOptions {
  /** Calls `commit` once, soon: every write asked for until then shares its transaction. Default: at the end of the turn. */
  soon?: (commit: () => void) => void;
  /** Caps the file at this many 4 KiB pages, as a full disk would. */
  pagesMax?: number;
  /** How long to wait for another process to let go of the file. */
  busyTimeoutMs?: number;
  /** Asked before each statement of a transaction: `stop` ends it there as a kill of the process would, undone and nobody told. */
  beforeStatement?: () => "go-on" | "stop";
}

/** `beforeStatement` said so. */
class Stopped extends Error {}

/**
 * The one SQLite file of a data directory, held exclusively: a second daemon is refused, and the lock of one that was
 * killed goes with its process.
 *
 * A write is durable when its promise resolves (WAL with synchronous=FULL). Reads are synchronous and see committed state; they
 * throw StoreError if the disk fails.
 */
export class Database {
  /** False if the file was put back from a backup, or is new: what it says of counters may be of yesterday. */
  readonly isContinued: boolean;
  readonly #path: string;
  readonly #options: DatabaseOptions;
  #sqlite: Sqlite.Database;
  /** Since the disk has failed: nothing is written before the file has been opened anew. */
  #isSuspect = false;
  #isFull = false;
  readonly #statements = new Map<string, Sqlite.Statement<SqlValue[], Record<string, unknown>>>();
  #queue: QueuedWrite[] = [];
  #writing = false;

  private constructor(path: string, options: DatabaseOptions, sqlite: Sqlite.Database, isContinued: boolean) {
    this.isContinued = isContinued;
    this.#path = path;
    this.#options = options;
    this.#sqlite = sqlite;
  }

  /** Throws StoreError with a sentence for people. */
  static open(path: string, options: DatabaseOptions = {}): Database {
    let sqlite: Sqlite.Database | undefined;
    try {
      // SQLite gives its side files the mode of the database itself.
      closeSync(openSync(path, "a", 0o600));
      sqlite = connect(path, options);
      migrate(sqlite, path);
      return new Database(path, options, sqlite, continuesLastRun(startMark(sqlite), path));
    } catch (error) {
      sqlite?.close();
      throw asStoreError(error, path);
    }
  }

  /** What SQLite finds wrong with the file, in its own words; nothing if it is whole. Throws StoreError, `in-use` if a daemon has it. */
  static quickCheck(path: string): string[] {
    let sqlite: Sqlite.Database | undefined;
    try {
      sqlite = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 0 });
      const rows = sqlite.prepare<[], { quick_check: string }>("PRAGMA quick_check").all();
      return rows.map((row) => row.quick_check).filter((text) => text !== "ok");
    } catch (error) {
      throw asStoreError(error, path);
    } finally {
      sqlite?.close();
    }
  }

  /**
   * Runs `work` in the next transaction and resolves with its result once that is on the disk. `work` must not await.
   * A throwing `work` undoes and rejects itself alone; a failing disk rejects the whole group with StoreError.
   */
  write<T>(work: () => T extends PromiseLike<unknown> ? never : T): Promise<T> {
    return this.#enqueue(work, "keep");
  }

  /** What `work` returns, with its changes undone: how things would be after them. */
  rehearse<T>(work: () => T extends PromiseLike<unknown> ? never : T): Promise<T> {
    return this.#enqueue(work, "undo");
  }

  #enqueue<T>(work: () => T, afterwards: QueuedWrite["afterwards"]): Promise<T> {
    assert(!this.#writing, "a write inside a write");
    return new Promise<T>((resolve, reject) => {
      let result: T;
      this.#queue.push({
        afterwards,
        work: () => {
          result = work();
        },
        resolve: () => resolve(result),
        reject,
      });
      const soon = this.#options.soon ?? queueMicrotask;
      if (this.#queue.length === 1) soon(() => this.#commitQueue());
    });
  }

  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    const row = this.#read(() => this.#statement(sql).get(...values));
    return row && (plainBytes(row) as Row);
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#read(() => this.#statement(sql).all(...values)).map((row) => plainBytes(row) as Row);
  }

  /** Changes rows, inside `write` alone; returns how many. */
  run(sql: string, ...values: SqlValue[]): number {
    assert(this.#writing, "a change outside a write");
    this.#expectToGoOn();
    return this.#statement(sql).run(...values).changes;
  }

  /** Whether the last transaction found no room, be it on the disk or below `pagesMax`. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Pages of the file that hold something; the rest of it is given out again before it grows. */
  usedPages(): number {
    const pages = this.get<{ used: number }>(
      "SELECT page_count - freelist_count AS used FROM pragma_page_count(), pragma_freelist_count()",
    );
    return pages?.used ?? 0;
  }

  /** Of the database's pages, whether they are in its file already or not. */
  sizeBytes(): number {
    const size = this.get<{ bytes: number }>(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
    );
    return size?.bytes ?? 0;
  }

  /** Commits what is queued and lets go of the file. */
  close(): void {
    if (!this.#sqlite.open) return;
    this.#commitQueue();
    this.#sqlite.close();
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asStoreError(error, this.#path);
    }
  }

  #statement(sql: string) {
    if (!this.#sqlite.open) throw new StoreError("io", `the disk failed, and ${this.#path} could not be opened again`);
    let statement = this.#statements.get(sql);
    if (!statement) {
      assert(this.#statements.size < STATEMENTS_MAX, "too many statements");
      statement = this.#sqlite.prepare<SqlValue[], Record<string, unknown>>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #commitQueue(): void {
    const group = this.#queue;
    if (group.length === 0) return;
    this.#queue = [];
    this.#writing = true;
    const done: QueuedWrite[] = [];
    let isFull = false;
    try {
      if (this.#isSuspect) this.#openAnew();
      this.#exec("BEGIN IMMEDIATE");
      for (const write of group) {
        this.#exec("SAVEPOINT one_write");
        try {
          write.work();
          done.push(write);
          if (write.afterwards === "undo") this.#exec("ROLLBACK TO one_write");
        } catch (error) {
          if (error instanceof Stopped) throw error;
          const trouble = asStoreError(error, this.#path);
          isFull ||= isFullDisk(trouble);
          // A full disk may have rolled the whole transaction back already.
          if (!this.#sqlite.inTransaction || isDiskFailure(trouble)) throw trouble;
          this.#sqlite.exec("ROLLBACK TO one_write");
          write.reject(trouble);
        }
        this.#exec("RELEASE one_write");
      }
      this.#exec("COMMIT");
    } catch (error) {
      if (!(error instanceof Stopped)) {
        const trouble = asStoreError(error, this.#path);
        for (const write of group) write.reject(trouble);
        isFull ||= isFullDisk(trouble);
        this.#isSuspect ||= isDiskFailure(trouble);
      }
      if (this.#sqlite.inTransaction) this.#sqlite.exec("ROLLBACK");
      return;
    } finally {
      this.#writing = false;
      this.#isFull = isFull;
    }
    for (const write of done) write.resolve();
  }

  /**
   * After a failed sync nothing that SQLite holds of its files is sure to be on the disk, and to sync again would only seem to
   * help. While the disk goes on failing this throws, and the old connection serves reads.
   */
  #openAnew(): void {
    writeAnew(logFile(this.#path));
    this.#statements.clear();
    this.#sqlite.close();
    this.#sqlite = connect(this.#path, this.#options);
    this.#isSuspect = false;
  }

  #exec(sql: string): void {
    this.#expectToGoOn();
    this.#sqlite.exec(sql);
  }

  #expectToGoOn(): void {
    if (this.#options.beforeStatement?.() === "stop") throw new Stopped();
  }
}

interface QueuedWrite {
  afterwards: "keep" | "undo";
  work: () => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

function isDiskFailure(error: unknown): boolean {
  return error instanceof StoreError && error.code === "io";
}

function isFullDisk(error: unknown): boolean {
  return error instanceof StoreError && error.code === "full";
}

/** Where SQLite writes commits before they go to the database's pages. */
function logFile(path: string): string {
  return `${path}-wal`;
}

/** Throws what SQLite or the file system says. */
function connect(path: string, options: DatabaseOptions): Sqlite.Database {
  const sqlite = new Sqlite(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
  try {
    prepareConnection(sqlite);
    // Not before the file is ours: another daemon may be writing it. The last one may have ended on a failed sync.
    writeAnew(logFile(path));
    if (options.pagesMax !== undefined) sqlite.pragma(`max_page_count = ${options.pagesMax}`);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function prepareConnection(sqlite: Sqlite.Database): void {
  sqlite.pragma("locking_mode = EXCLUSIVE");
  sqlite.pragma("journal_mode = WAL");
  // The package compiles WAL with NORMAL, which may lose the last commits at a power cut.
  sqlite.pragma("synchronous = FULL");
  sqlite.pragma("foreign_keys = ON");
  // What a statement may have to undo goes to temporary files otherwise: a change of all rights wrote hundreds of MiB to them.
  sqlite.pragma("temp_store = MEMORY");
  // What has been erased shall not be read from the file: freed bytes are zeroed wherever the page is written anyway.
  sqlite.pragma("secure_delete = FAST");
  // The exclusive lock is only taken with the first access.
  sqlite.exec("BEGIN EXCLUSIVE; COMMIT");
  assert.equal(sqlite.pragma("journal_mode", { simple: true }), "wal");
  assert.equal(sqlite.pragma("synchronous", { simple: true }), SYNCHRONOUS_FULL);
  assert.equal(sqlite.pragma("foreign_keys", { simple: true }), 1);
}

function startMark(sqlite: Sqlite.Database): StartMark {
  return {
    read: () => sqlite.prepare<[], { mark: string }>("SELECT mark FROM last_start").get()?.mark,
    write: (mark, isContinued) => {
      const note = sqlite.prepare("INSERT OR REPLACE INTO last_start (id, mark) VALUES (1, ?)");
      const endSessions = sqlite.prepare("UPDATE slot SET rms = NULL, rms_since_n = NULL, rms_since_ms = NULL");
      sqlite.transaction(() => {
        if (!isContinued) endSessions.run();
        note.run(mark);
      })();
    },
  };
}

/** The driver answers with Buffers; the rest of the project knows Uint8Array alone. */
function plainBytes(row: Record<string, unknown>): Record<string, unknown> {
  for (const key in row) {
    const value = row[key];
    if (value instanceof Uint8Array) row[key] = new Uint8Array(value.buffer, value.byteOffset, value.length);
  }
  return row;
}
