import { Secret } from "../../crypto/secret.ts";
import type { Database } from "./database.ts";

/** A paired lock, as PAIR told of it (protocol.md §2). `lockId` is 16 lower-case hex digits. */
export interface LockRow {
  lockId: string;
  via: string;
  model: string;
  hardware: number;
  firmware: number;
  /** 33 bytes: signs log heads. */
  sigPk: Uint8Array;
  /** 33 bytes: receives sealed secrets. */
  boxPk: Uint8Array;
  generation: number;
  pairedAtMs: number;
  /** What the lock last said of itself; absent until the first STATUS. */
  reported?: Reported;
}

/** From STATUS (protocol.md §6). `time` in seconds since 1970 by the lock's clock, `atMs` by ours. */
export interface Reported {
  epoch: number;
  rosterDigest: Uint8Array;
  time: number;
  flags: number;
  seq: number;
  batteryMillivolt: number;
  temperatureC: number;
  atMs: number;
  /** When it last had the roster that was wanted then, by our clock, and that one's staleAfter (seconds; 0 = never). Absent until then. */
  confirmed?: { atMs: number; staleAfter: number };
}

/** A slot of ours in a lock: what OPEN and RESUME need. */
export interface SlotRow {
  lockId: string;
  slot: number;
  pmk: Secret;
  /** False until a session under it has proved that the lock keeps it: a candidate, beside the one in use if there is one. */
  live: boolean;
  /** Absent before the first OPEN. */
  rms?: Rms;
  /** The RESUME counter last used or learned (protocol.md §4). */
  n: number;
}

/** What RESUME goes on from. `sinceN` is the counter and `sinceMs` our wall time of the OPEN that made it: it ends (protocol.md §4). */
export interface Rms {
  secret: Secret;
  sinceN: number;
  sinceMs: number;
}

/** Paired locks, what they last reported, and the keys of our slots. */
export class LockStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether what the slots say is what they were when the gateway last ran: a backup that was put back has older counters. */
  get isContinued(): boolean {
    return this.#database.isContinued;
  }

  /** All paired locks in order of id. */
  list(): LockRow[] {
    return this.#database.all<LockColumns>(`${SELECT_LOCK} ORDER BY lock_id`).map(lockRow);
  }

  get(lockId: string): LockRow | undefined {
    const columns = this.#database.get<LockColumns>(`${SELECT_LOCK} WHERE lock_id = ?`, lockId);
    return columns && lockRow(columns);
  }

  /** Adds the lock or replaces what is known of it; what it reported is set apart by `setReported`. */
  put(lock: Omit<LockRow, "reported">): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        `INSERT INTO lock (lock_id, via, model, hardware, firmware, sig_pk, box_pk, generation, paired_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (lock_id) DO UPDATE SET via = excluded.via, model = excluded.model, hardware = excluded.hardware,
           firmware = excluded.firmware, sig_pk = excluded.sig_pk, box_pk = excluded.box_pk,
           generation = excluded.generation, paired_at_ms = excluded.paired_at_ms`,
        lock.lockId,
        lock.via,
        lock.model,
        lock.hardware,
        lock.firmware,
        lock.sigPk,
        lock.boxPk,
        lock.generation,
        lock.pairedAtMs,
      );
    });
  }

  setReported(lockId: string, reported: Reported): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        `INSERT OR REPLACE INTO reported
           (lock_id, epoch, roster_digest, time, flags, seq, battery_millivolt, temperature_c, at_ms,
            confirmed_at_ms, confirmed_stale_after)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        lockId,
        reported.epoch,
        reported.rosterDigest,
        reported.time,
        reported.flags,
        reported.seq,
        reported.batteryMillivolt,
        reported.temperatureC,
        reported.atMs,
        reported.confirmed?.atMs ?? null,
        reported.confirmed?.staleAfter ?? null,
      );
    });
  }

  /** Forgets the lock, its slots and its wanted roster. Its events stay. */
  remove(lockId: string): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("DELETE FROM lock WHERE lock_id = ?", lockId);
      this.#database.run("DELETE FROM slot WHERE lock_id = ?", lockId);
      this.#database.run("DELETE FROM wanted_roster WHERE lock_id = ?", lockId);
    });
  }

  /** The slot in use. */
  slot(lockId: string): SlotRow | undefined {
    return this.#slot(lockId, LIVE);
  }

  /** A slot that the lock may or may not have taken. */
  candidate(lockId: string): SlotRow | undefined {
    return this.#slot(lockId, CANDIDATE);
  }

  /** Replaces the slot in use, or the candidate, whole. In PAIR it must be durable before P3 is sent (protocol.md §2). */
  putSlot({ lockId, slot, pmk, live, rms, n }: SlotRow): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        "INSERT OR REPLACE INTO slot (lock_id, live, slot, pmk, rms, rms_since_n, rms_since_ms, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        lockId,
        live ? LIVE : CANDIDATE,
        slot,
        pmk.reveal(),
        rms?.secret.reveal() ?? null,
        rms?.sinceN ?? null,
        rms?.sinceMs ?? null,
        n,
      );
    });
  }

  /** Raises the slot's counter and resolves with it once it is durable: no S1 ever had it. Undefined if the slot has gone. */
  takeCounter({ lockId, pmk }: SlotRow): Promise<number | undefined> {
    const sql = "UPDATE slot SET n = n + 1 WHERE lock_id = ? AND pmk = ? RETURNING n";
    return this.#database.write(() => this.#database.get<{ n: number }>(sql, lockId, pmk.reveal())?.n);
  }

  /** Keeps what an OPEN that was proved has brought; the counter never goes back. Does nothing if the slot has gone. */
  setRms({ lockId, pmk }: SlotRow, rms: Rms): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        "UPDATE slot SET rms = ?, rms_since_n = ?, rms_since_ms = ?, n = max(n, ?) WHERE lock_id = ? AND pmk = ?",
        rms.secret.reveal(),
        rms.sinceN,
        rms.sinceMs,
        rms.sinceN,
        lockId,
        pmk.reveal(),
      );
    });
  }

  /** A session under the candidate has been proved by both sides: it takes the place of the slot in use. */
  promoteCandidate(lockId: string, pairedAtMs: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("DELETE FROM slot WHERE lock_id = ? AND live = ?", lockId, LIVE);
      this.#database.run("UPDATE slot SET live = ? WHERE lock_id = ?", LIVE, lockId);
      this.#database.run("UPDATE lock SET paired_at_ms = ? WHERE lock_id = ?", pairedAtMs, lockId);
    });
  }

  /** Forgets a slot that never came to life. */
  removeCandidate(lockId: string): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("DELETE FROM slot WHERE lock_id = ? AND live = ?", lockId, CANDIDATE);
    });
  }

  #slot(lockId: string, live: number): SlotRow | undefined {
    const columns = this.#database.get<SlotColumns>("SELECT * FROM slot WHERE lock_id = ? AND live = ?", lockId, live);
    return columns && slotRow(columns);
  }
}

const LIVE = 1;
const CANDIDATE = 0;

const SELECT_LOCK = "SELECT * FROM lock LEFT JOIN reported USING (lock_id)";

interface LockColumns {
  lock_id: string;
  via: string;
  model: string;
  hardware: number;
  firmware: number;
  sig_pk: Uint8Array;
  box_pk: Uint8Array;
  generation: number;
  paired_at_ms: number;
  epoch: number;
  roster_digest: Uint8Array;
  time: number;
  flags: number;
  seq: number;
  battery_millivolt: number;
  temperature_c: number;
  at_ms: number | null;
  confirmed_at_ms: number | null;
  confirmed_stale_after: number | null;
}

function lockRow(columns: LockColumns): LockRow {
  return {
    lockId: columns.lock_id,
    via: columns.via,
    model: columns.model,
    hardware: columns.hardware,
    firmware: columns.firmware,
    sigPk: columns.sig_pk,
    boxPk: columns.box_pk,
    generation: columns.generation,
    pairedAtMs: columns.paired_at_ms,
    ...(columns.at_ms !== null && {
      reported: {
        epoch: columns.epoch,
        rosterDigest: columns.roster_digest,
        time: columns.time,
        flags: columns.flags,
        seq: columns.seq,
        batteryMillivolt: columns.battery_millivolt,
        temperatureC: columns.temperature_c,
        atMs: columns.at_ms,
        ...(columns.confirmed_at_ms !== null && {
          confirmed: { atMs: columns.confirmed_at_ms, staleAfter: columns.confirmed_stale_after ?? 0 },
        }),
      },
    }),
  };
}

interface SlotColumns {
  lock_id: string;
  live: number;
  slot: number;
  pmk: Uint8Array;
  rms: Uint8Array | null;
  rms_since_n: number | null;
  rms_since_ms: number | null;
  n: number;
}

function slotRow({ rms, rms_since_n: sinceN, rms_since_ms: sinceMs, ...columns }: SlotColumns): SlotRow {
  return {
    lockId: columns.lock_id,
    slot: columns.slot,
    pmk: new Secret(columns.pmk),
    live: columns.live === LIVE,
    ...(rms && sinceN !== null && sinceMs !== null && { rms: { secret: new Secret(rms), sinceN, sinceMs } }),
    n: columns.n,
  };
}
