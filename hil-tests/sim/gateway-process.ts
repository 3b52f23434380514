import { join } from "node:path";
import type { Suite } from "../../crypto/suite.ts";
import { type Composed, compose } from "../../gateway/compose.ts";
import type { Issuer, Operator } from "../../gateway/issuer/issuer.ts";
import type { LocalIssuer } from "../../gateway/issuer/local-issuer.ts";
import type { Log } from "../../gateway/log.ts";
import { Database } from "../../gateway/store/database.ts";
import type { Transport } from "../../gateway/transport/channel.ts";
import { SerialTransport } from "../../gateway/transport/serial.ts";
import { Transports } from "../../gateway/transport/transports.ts";
import type { Uplink } from "../../gateway/uplink/uplink.ts";
import type { Clock, Timer } from "../../protocol/clock.ts";
import type { OrderClaims } from "../../protocol/documents/order.ts";
import type { Random } from "../../protocol/random.ts";
import { FrameTransport } from "./carriers/frame-transport.ts";
import type { Link } from "./carriers/link.ts";
import { BAUD, type Wire } from "./carriers/wire.ts";
import type { Happening } from "./happening.ts";
import type { SitePlan } from "./plan.ts";

export interface ProcessParts {
  site: number;
  plan: SitePlan;
  folder: string;
  suite: Suite;
  /** The machine's. */
  clock: Clock;
  random: Random;
  issuer: LocalIssuer;
  links: ReadonlyMap<string, Link>;
  wires: ReadonlyMap<string, Wire>;
  uplink: ((clock: Clock, isAlive: () => boolean) => Uplink) | undefined;
  tell: (happening: Happening) => void;
  /** Index of a lock by its id. */
  indexOf: (lockId: Uint8Array) => number;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
export const DATABASE_FILE = "portvakt.db";

/**
 * One life of a gateway's process. Once it has been killed nothing of it reaches the world: its timers do not run, what it sends
 * goes nowhere, and a transaction that was open is undone.
 */
export class GatewayProcess {
  readonly composed: Composed;
  readonly database: Database;
  readonly #parts: ProcessParts;
  readonly #frames: FrameTransport;
  readonly #timers = new Set<Timer>();
  #isDead = false;
  #statementsLeft = Number.POSITIVE_INFINITY;
  #onStatement: () => void = () => {};

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    const { clock, plan, suite, random, folder, issuer, links, wires, uplink } = parts;
    const own = this.#ownClock(clock);
    this.database = Database.open(join(folder, DATABASE_FILE), {
      soon: (commit) => own.schedule(0, commit),
      beforeStatement: () => this.#nextStatement(),
    });
    this.#frames = new FrameTransport(own, links);
    const serial = new SerialTransport(own, (path) => wires.get(path)!.open, serialPorts(wires));
    this.composed = compose({
      suite,
      clock: own,
      random,
      log: silent,
      database: this.database,
      transport: new Transports({ tcp: this.#frames, serial } satisfies Record<string, Transport>),
      authority: {
        kind: "local",
        issuer: this.#watched(issuer),
        operator: this.#watchedOperator(issuer.operator),
      },
      site: { tz: "UTC0", staleAfterDays: plan.staleAfterDays },
      ...(uplink && { uplink: { to: uplink(own, () => !this.#isDead), batchMax: plan.batchMax } }),
      pollMs: plan.pollMs,
    });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get timers(): number {
    return this.#timers.size;
  }

  get openChannels(): number {
    return this.#frames.openChannels;
  }

  start(): void {
    this.composed.gateway.start();
  }

  /** As kill -9: nothing that was under way goes on. The file is let go by `letGo`, when all that was about to run has run in vain. */
  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#frames.abandon();
    for (const wire of this.#parts.wires.values()) wire.abandon();
  }

  killAtStatement(statements: number, onStatement: () => void): void {
    this.#statementsLeft = statements;
    this.#onStatement = onStatement;
  }

  letGo(): void {
    this.database.close();
  }

  #nextStatement(): "go-on" | "stop" {
    if (!this.#isDead && --this.#statementsLeft === 0) this.#onStatement();
    return this.#isDead ? "stop" : "go-on";
  }

  #ownClock(clock: Clock): Clock {
    return {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      schedule: (delayMs, callback) => {
        if (this.#isDead) return { cancel() {} };
        const timer = clock.schedule(delayMs, () => {
          this.#timers.delete(timer);
          callback();
        });
        this.#timers.add(timer);
        return {
          cancel: () => {
            this.#timers.delete(timer);
            timer.cancel();
          },
        };
      },
    };
  }

  /** The issuer, with all that it signs told: what is in force is known from nobody else. */
  #watched(issuer: Issuer): Issuer {
    const { site, tell, indexOf } = this.#parts;
    return {
      publicKey: issuer.publicKey,
      signGrant: async (claims) => {
        const document = await issuer.signGrant(claims);
        tell({ kind: "grant-issued", site, document });
        return document;
      },
      signRoster: async (claims) => {
        tell({ kind: "roster-signed", site, claims });
        const document = await issuer.signRoster(claims);
        tell({ kind: "roster-issued", lock: indexOf(claims.lockId), epoch: claims.epoch, document });
        return document;
      },
      signReceipt: (claims) => {
        tell({ kind: "receipt-signed", lock: indexOf(claims.lockId), claims });
        return issuer.signReceipt(claims);
      },
      signTimeToken: async (claims) => {
        const document = await issuer.signTimeToken(claims);
        tell({ kind: "time-signed", lock: indexOf(claims.lockId), claims, document });
        return document;
      },
      signKeyChange: (claims) => issuer.signKeyChange(claims),
      signOrder: (claims) => {
        this.#tellOrder("issuer", claims);
        return issuer.signOrder(claims);
      },
    };
  }

  #watchedOperator(operator: Operator): Operator {
    return {
      publicKey: operator.publicKey,
      signOrder: async (claims) => {
        this.#tellOrder("operator", claims);
        const document = await operator.signOrder(claims);
        const { tell, indexOf } = this.#parts;
        tell({ kind: "order-issued", lock: indexOf(claims.lockId), document });
        return document;
      },
    };
  }

  #tellOrder(by: "issuer" | "operator", claims: OrderClaims): void {
    const { tell, indexOf } = this.#parts;
    tell({ kind: "order-signed", lock: indexOf(claims.lockId), by, claims });
  }
}

function serialPorts(wires: ReadonlyMap<string, Wire>): { path: string; baud: number }[] {
  return [...wires.keys()].map((path) => ({ path, baud: BAUD }));
}
