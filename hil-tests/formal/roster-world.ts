import assert from "node:assert/strict";
import { opensslSuite } from "../../crypto/openssl.ts";
import { BenchLock, type Paired } from "../../lock-sim/firmware/testing/bench-lock.ts";
import type { TestSession } from "../../lock-sim/firmware/testing/test-session.ts";
import { Action } from "../../protocol/documents/order.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { DOCUMENTS, IDS, idOf, isOfNewKey, ROSTERS, RosterScene, type SignedRoster } from "./roster-scene.ts";

/** What may happen, as protocol/formal/roster.pml tells it. Rosters and documents are numbered from 1. */
export type RosterStep =
  | { kind: "begin"; roster: number }
  /** PUT, or DROP if the document is 0. */
  | { kind: "put"; id: number; document: number }
  /** PUT and DROP of whatever the staging copy's roster wants. */
  | { kind: "fill" }
  | { kind: "commit" }
  | { kind: "cut" }
  | { kind: "reset" };

/** The real firmware and two carriers who take turns at every message, whatever the other is at: the world of roster.pml. */
export class RosterWorld {
  readonly bench = new BenchLock({ suite: opensslSuite });
  readonly #scene: RosterScene;
  readonly #image: Uint8Array;
  readonly #paired: readonly Paired[];
  #carriers: readonly Paired[];
  #sessions: (TestSession | undefined)[] = [];
  #turn = 0;
  #newest = { generation: 0, epoch: 0 };
  #keyChangedIn: number | undefined;
  /** Tables that have been tried at the door: what they decide does not depend on how they came to be. */
  readonly #tried = new Set<string>();

  /** Two paired gateways, and roster 1 in the table. */
  constructor() {
    const { bench } = this;
    this.#scene = new RosterScene(bench.site, bench.now);
    const first = bench.pair();
    const { session } = bench.open(first);
    const permission = { action: Action.allowPairing, grantId: new Uint8Array(8), key: bench.site.issuerKey };
    session.done(bench.act(session, permission));
    const second = bench.pair();
    bench.open(second).session.done({ name: "status" });
    this.#paired = [first, second];
    this.#carriers = this.#paired;
    this.bring(1);
    this.#image = bench.flash.image();
  }

  begin(): void {
    const { lock, flash } = this.bench;
    lock.powerOff();
    flash.restore(this.#image);
    lock.powerOn();
    this.#carriers = this.#paired;
    this.#sessions = [];
    this.#newest = { generation: 0, epoch: 1 };
    this.#keyChangedIn = undefined;
  }

  bring(roster: number): void {
    for (const step of [{ kind: "begin", roster }, { kind: "fill" }, { kind: "commit" }] as const) this.take(step);
  }

  /** Nothing happens to a lock without power until `cut` has brought it back. */
  take(step: RosterStep): void {
    if (!this.bench.lock.firmware && step.kind !== "cut") return;
    switch (step.kind) {
      case "begin":
        this.#expect(this.#mayBegin(step.roster), { name: "rosterBegin", roster: this.#document(step.roster) });
        break;
      case "put":
        this.#put(step.id, step.document);
        break;
      case "fill":
        for (const [id, document] of (this.#stagedRoster?.wants ?? []).entries())
          this.take({ kind: "put", id, document });
        break;
      case "commit":
        this.#expect(this.#mayCommit(), { name: "rosterCommit" });
        break;
      case "cut":
        this.bench.reboot();
        this.#sessions = [];
        break;
      case "reset":
        this.bench.lock.factoryReset();
        this.#sessions = [];
        this.#carriers = [this.bench.pair()];
        break;
    }
    if (this.bench.lock.firmware) this.#check();
  }

  /** The lock opens by exactly the grants that the committed roster leaves good, shown by id or carried. */
  tryDoor(): void {
    const { active } = this.#inside.table;
    const committed = this.#committed;
    const hasNewKey = this.#hasNewKey;
    const state = `${active && ROSTERS.indexOf(committed!)} ${hasNewKey}`;
    if (this.#tried.has(state)) return;
    this.#tried.add(state);
    for (const i of IDS) {
      const inTable = committed?.wants[i] ?? 0;
      const isAlive = (document: number) => isOfNewKey(document) === hasNewKey;
      this.#order(i, undefined, inTable > 0 && isAlive(inTable));
      for (const document of DOCUMENTS) {
        const isGood = committed && !committed.denies.includes(i) && (inTable === 0 || inTable === document);
        this.#order(i, document, isGood === true && isAlive(document));
      }
    }
  }

  #order(i: number, document: number | undefined, isGood: boolean): void {
    const grant = document === undefined ? idOf(i) : this.#scene.grant(i, document);
    const session = this.#session();
    const response = session.ask(this.bench.act(session, { action: Action.lock, grantId: idOf(i), grant }));
    assert.equal(response.ok, isGood, `grant ${i}, ${document ? `document ${document}` : "by its id"}`);
  }

  #put(i: number, document: number): void {
    const command: Command =
      document > 0
        ? { name: "grantPut", grants: [this.#scene.grant(i, document)] }
        : { name: "grantDrop", ids: [idOf(i)] };
    this.#expect(this.#stagedRoster !== undefined, command);
  }

  #mayBegin(number: number): boolean {
    const roster = ROSTERS[number - 1]!;
    if (this.#stagedRoster === roster) return true;
    const isNewer = roster.epoch > (this.#committed?.epoch ?? 0);
    return roster.generation === this.#inside.generation && isNewer && this.#isIssuers(roster);
  }

  #mayCommit(): boolean {
    const { staging } = this.#inside.table;
    const roster = this.#stagedRoster;
    if (!staging || !roster || !this.#isIssuers(roster)) return false;
    return this.#holds(staging, roster);
  }

  /** The anchor's, or one that may change the anchor. */
  #isIssuers(roster: SignedRoster): boolean {
    return roster.isOfNewKey || !this.#hasNewKey;
  }

  /** The next carrier's turn. Unless the power goes meanwhile, the lock does what it shall and refuses what it shall. */
  #expect(shallDo: boolean, command: Command): void {
    const session = this.#session();
    const reply = session.line.request(session.sealed(command));
    if (reply) assert.equal(session.read(command, reply).ok, shallDo, command.name);
    else assert.equal(this.bench.lock.firmware, undefined, "a lock with power answers");
  }

  #session(): TestSession {
    const turn = this.#turn++ % this.#carriers.length;
    const session = this.#sessions[turn] ?? this.bench.open(this.#carriers[turn]!).session;
    this.#sessions[turn] = session;
    return session;
  }

  /** What holds at every moment at which the lock has power. */
  #check(): void {
    const { table, generation, trust, store } = this.#inside;
    const committed = this.#committed;
    const epoch = committed?.epoch ?? 0;
    const { active } = table;
    assert.equal(active !== undefined, committed !== undefined, "the table is of a roster that was signed");
    if (active && committed) assert(this.#holds(active, committed), "the table is wholly the roster's");
    const isBack =
      generation < this.#newest.generation || (generation === this.#newest.generation && epoch < this.#newest.epoch);
    assert(!isBack, `generation ${generation} epoch ${epoch} after ${JSON.stringify(this.#newest)}`);
    this.#newest = { generation, epoch };
    if (committed?.isOfNewKey) this.#keyChangedIn = generation;
    if (this.#keyChangedIn === generation)
      assert.deepEqual(trust.issuerPk, this.#scene.newIssuerPk, "the old key is dead");
    const record = [...store.newestFirst()].find(({ type }) => type === RecordType.rosterCommitted);
    assert.equal(Number(record ? new DataView(record.aux.slice().buffer).getBigUint64(0) : 0n), epoch, "the log tells");
  }

  #holds(set: { count: number; find(cti: Uint8Array): Uint8Array | undefined }, roster: SignedRoster): boolean {
    const wanted = roster.wants.flatMap((document, i) => (document > 0 ? [{ i, document }] : []));
    if (set.count !== wanted.length) return false;
    return wanted.every(({ i, document }) => {
      const found = set.find(idOf(i));
      return found !== undefined && equalBytes(found, this.#scene.grant(i, document));
    });
  }

  #document(number: number): Uint8Array {
    return this.#scene.rosters[number - 1]!;
  }

  get #committed(): SignedRoster | undefined {
    return this.#numbered(this.#inside.table.active?.roster);
  }

  get #stagedRoster(): SignedRoster | undefined {
    return this.#numbered(this.#inside.table.staging?.roster);
  }

  #numbered(document: Uint8Array | undefined): SignedRoster | undefined {
    return document && ROSTERS[this.#scene.rosters.findIndex((roster) => equalBytes(roster, document))];
  }

  get #hasNewKey(): boolean {
    const { issuerPk } = this.#inside.trust;
    return issuerPk !== undefined && equalBytes(issuerPk, this.#scene.newIssuerPk);
  }

  get #inside() {
    const { firmware } = this.bench.lock;
    assert(firmware, "the lock has power");
    return firmware.inside;
  }
}
