import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Suite } from "../../crypto/suite.ts";
import { LocalIssuer } from "../../gateway/issuer/local-issuer.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Link } from "./carriers/link.ts";
import type { Wire } from "./carriers/wire.ts";
import type { Chance } from "./chance.ts";
import { DeviceClock } from "./device-clock.ts";
import { DATABASE_FILE, GatewayProcess, type ProcessParts } from "./gateway-process.ts";
import type { Happening } from "./happening.ts";
import type { SitePlan } from "./plan.ts";
import type { SimBackend } from "./sim-backend.ts";

export interface SimSiteParts {
  index: number;
  plan: SitePlan;
  folder: string;
  suite: Suite;
  clock: Clock;
  chance: Chance;
  backend: SimBackend;
  links: ReadonlyMap<string, Link>;
  wires: ReadonlyMap<string, Wire>;
  indexOf: (lockId: Uint8Array) => number;
  tell: (happening: Happening) => void;
}

const BACKUP_FILE = "backup.db";
/** A start of the machine, until the daemon runs. */
const START_MS = 3_000;

/** A machine with a gateway on it: its disk, its clock, and one process after another. */
export class SimSite {
  readonly index: number;
  readonly plan: SitePlan;
  readonly clock: DeviceClock;
  readonly backend: SimBackend;
  readonly #parts: SimSiteParts;
  readonly #issuer: LocalIssuer;
  #process: GatewayProcess | undefined;
  #lives = 0;

  constructor(parts: SimSiteParts) {
    const { index, plan, folder, suite, clock, chance, backend } = parts;
    this.#parts = parts;
    this.index = index;
    this.plan = plan;
    this.backend = backend;
    this.clock = new DeviceClock(clock, plan.ppm);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#issuer = LocalIssuer.load(folder, suite, chance.fork("issuer"));
  }

  /** The process that runs; undefined while the machine is off or starting. */
  get process(): GatewayProcess | undefined {
    return this.#process;
  }

  /** The issuer's and the operator's, which every lock of the site knows. */
  get publicKeys(): { issuer: Uint8Array; operator: Uint8Array } {
    return { issuer: this.#issuer.publicKey, operator: this.#issuer.operator.publicKey };
  }

  get hasBackup(): boolean {
    return existsSync(this.#path(BACKUP_FILE));
  }

  start(): void {
    const { index, plan, folder, suite, chance, backend, links, wires, indexOf, tell } = this.#parts;
    const random = chance.fork(`process ${this.#lives++}`);
    const uplink: ProcessParts["uplink"] = plan.hasUplink
      ? (clock, isAlive) => backend.uplinkFor(clock, isAlive)
      : undefined;
    this.#process = new GatewayProcess({
      site: index,
      plan,
      folder,
      suite,
      clock: this.clock,
      random,
      issuer: this.#issuer,
      links,
      wires,
      uplink,
      tell,
      indexOf,
    });
    tell({ kind: "gateway", site: index, what: "started" });
    this.#process.start();
  }

  /** Kills the process that runs; another starts after `offMs`, when `meanwhile` has been done to the disk. */
  kill(offMs: number, meanwhile: () => void = () => {}): void {
    const process = this.#process;
    if (!process) return;
    process.kill();
    this.#process = undefined;
    this.#parts.tell({ kind: "gateway", site: this.index, what: "killed" });
    this.#parts.clock.schedule(offMs + START_MS, () => {
      process.letGo();
      meanwhile();
      this.start();
    });
  }

  /** Stops the process in order, and starts another. */
  stop(offMs: number): void {
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    const startAgain = () => {
      this.#parts.tell({ kind: "gateway", site: this.index, what: "stopped" });
      this.#parts.clock.schedule(offMs + START_MS, () => this.start());
    };
    void process.composed.gateway.close().then(startAgain);
  }

  /** Keeps a copy of the disk, while the process is down for it. */
  backUp(): void {
    this.kill(0, () => {
      copyFileSync(this.#path(DATABASE_FILE), this.#path(BACKUP_FILE));
      copyWal(this.#path(DATABASE_FILE), this.#path(BACKUP_FILE));
      this.#parts.tell({ kind: "gateway", site: this.index, what: "backed-up" });
    });
  }

  /** Puts the copy back, as if nothing had happened since. */
  restore(): void {
    this.kill(0, () => {
      copyFileSync(this.#path(BACKUP_FILE), this.#path(DATABASE_FILE));
      copyWal(this.#path(BACKUP_FILE), this.#path(DATABASE_FILE));
      // It is made anew at each start, and no backup holds the file itself.
      rmSync(this.#path(`${DATABASE_FILE}-start`), { force: true });
      this.#parts.tell({ kind: "gateway", site: this.index, what: "restored" });
    });
  }

  /** The machine hears of the true time, from NTP or from a person. */
  setTimeIn(delayMs: number): void {
    this.#parts.clock.schedule(delayMs, () => this.clock.keepRight());
  }

  /** Machine and backend work again, and the time is right. */
  heal(): void {
    this.backend.isAway = false;
    this.backend.isHealed = true;
    this.clock.keepRight();
  }

  /** For the end of the world. */
  close(): void {
    this.#process?.kill();
    this.#process?.letGo();
    this.#process = undefined;
  }

  #path(file: string): string {
    return join(this.#parts.folder, file);
  }
}

/** A closed SQLite file has no log beside it; one of a killed process may. */
function copyWal(from: string, to: string): void {
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
  else rmSync(`${to}-wal`, { force: true });
}
