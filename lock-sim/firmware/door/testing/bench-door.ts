import assert from "node:assert/strict";
import { Secret } from "../../../../crypto/secret.ts";
import type { Suite } from "../../../../crypto/suite.ts";
import type { Credential } from "../../../../protocol/documents/grant.ts";
import { pinVerifier } from "../../../../protocol/documents/pin.ts";
import type { RosterClaims } from "../../../../protocol/documents/roster.ts";
import { type SiteSecrets, sealSiteSecrets } from "../../../../protocol/documents/sealed.ts";
import type { Settings } from "../../../../protocol/documents/settings.ts";
import { type LogRecord, RecordType } from "../../../../protocol/log/record.ts";
import { type Reason, reasonName } from "../../../../protocol/wire/reason.ts";
import type { Signal } from "../../../hal.ts";
import { makeTag, type TagKind } from "../../../tag/make-tag.ts";
import { readIdentity } from "../../storage/identity.ts";
import { BenchLock, type Opened, type Paired } from "../../testing/bench-lock.ts";
import { type GrantWish, TestSite } from "../../testing/test-site.ts";

export const UID = Uint8Array.of(0x04, 1, 2, 3, 4, 5, 6);
export const OTHER_UID = Uint8Array.of(0x04, 9, 9, 9, 9, 9, 9);
export const TAG_CREDENTIAL: Credential = { kind: "tag", uid: UID };
export const KEY_CREDENTIAL: Credential = { kind: "key" };

export type NamedGrant = GrantWish & { readonly id: Uint8Array };

interface BenchDoorOptions {
  readonly settings?: Settings;
  readonly roster?: Partial<RosterClaims>;
  /** False: the roster brings no site secrets. */
  readonly hasSecrets?: boolean;
  readonly lockSuite?: Suite;
}

/** A paired lock and what people do in front of its door, and behind it. */
export class BenchDoor {
  readonly bench: BenchLock;
  readonly secrets: SiteSecrets;
  readonly signals: Signal[] = [];
  readonly paired: Paired;
  readonly opened: Opened;
  #epoch = 0;
  #seen = 0;

  constructor(grants: readonly NamedGrant[], options: BenchDoorOptions = {}) {
    this.bench = new BenchLock(options.lockSuite ? { lockSuite: options.lockSuite } : {});
    const { random } = this.bench;
    this.secrets = { tagMasterKey: new Secret(random.bytes(16)), pinPepper: new Secret(random.bytes(16)) };
    this.paired = this.bench.pair();
    this.opened = this.bench.open(this.paired);
    this.commit(grants, options);
    this.lock.hardware.signals.observe((signal) => this.signals.push(signal));
    this.news();
  }

  get lock() {
    return this.bench.lock;
  }

  get session() {
    return this.opened.session;
  }

  /** Another roster. */
  commit(
    grants: readonly NamedGrant[],
    { settings = {}, roster = {}, hasSecrets = true }: BenchDoorOptions = {},
  ): void {
    const { bench } = this;
    const documents = grants.map(({ id, ...wish }) => bench.site.grant(bench.now, id, this.#unkeyed(wish)));
    const sealedSecrets = hasSecrets ? { sealedSecrets: this.#sealed() } : {};
    this.#epoch++;
    bench.sendRoster(this.session, this.#epoch, documents, { settings: { ...sealedSecrets, ...settings }, ...roster });
  }

  pin(grantId: Uint8Array, digits: string): Credential {
    const verifier = pinVerifier(this.bench.suite, this.secrets.pinPepper, grantId, digits);
    return { kind: "pin", verifier };
  }

  type(digits: string): void {
    this.lock.pressKeys(`${digits}#`);
  }

  /** Holds a tag to the reader and takes it away again. */
  showTag(uid: Uint8Array = UID, kind: TagKind = "genuine"): void {
    const { suite, random } = this.bench;
    this.lock.presentTag(makeTag(suite, random, kind, uid, this.secrets.tagMasterKey));
    this.lock.removeTag();
  }

  wait(ms: number): void {
    this.bench.clock.advance(ms);
  }

  /** Long enough for a bolt to be drawn and thrown again. */
  settle(): void {
    this.wait(10_000);
  }

  get bolt() {
    return this.bench.boltPosition;
  }

  /** The log since it was asked for last. */
  news(): LogRecord[] {
    const fresh: LogRecord[] = [];
    for (const record of this.lock.firmware!.inside.store.newestFirst()) {
      if (record.seq <= this.#seen) break;
      fresh.unshift(record);
    }
    this.#seen = fresh.at(-1)?.seq ?? this.#seen;
    return fresh;
  }

  /** Somebody at the door gets in: INTENT, unlocked and DONE name this grant, and the bolt is drawn. */
  opensBy(grantId: Uint8Array, hands: () => void): void {
    this.news();
    hands();
    this.wait(1000);
    const told = this.news().map(({ type, ref, aux, result }) => ({ type, result, id: type === 2 ? aux : ref }));
    assert.deepEqual(told, [
      { type: RecordType.intent, result: 1, id: grantId },
      { type: RecordType.unlocked, result: 0, id: grantId },
      { type: RecordType.done, result: 0, id: grantId },
    ]);
    assert.equal(this.bolt, "drawn");
    assert.equal(this.signals.at(-1), "granted");
  }

  /** Somebody at the door is refused: one record says why and by which grant, a signal shows it, and nothing moves. */
  refuses(reason: Reason, grantId: Uint8Array, hands: () => void): void {
    this.news();
    this.signals.length = 0;
    const before = this.bolt;
    hands();
    this.wait(1000);
    const told = this.news().map(({ type, slot, result, ref }) => ({
      type,
      slot,
      result: reasonName(result as Reason),
      ref,
    }));
    assert.deepEqual(told, [{ type: RecordType.refused, slot: 0xff, result: reasonName(reason), ref: grantId }]);
    assert.equal(this.signals.filter((signal) => signal !== "key-click").length, 1);
    assert.equal(this.bolt, before);
  }

  #unkeyed(wish: GrantWish): GrantWish {
    const hasKey = wish.credentials?.some(({ kind }) => kind === "key") ?? true;
    return hasKey ? wish : { ...wish, bearerKey: undefined };
  }

  #sealed(): Uint8Array {
    const { suite, random, flash, label } = this.bench;
    const boxPk = suite.p256PublicKey(readIdentity(flash)!.boxKey);
    return sealSiteSecrets(suite, random, { lockId: label.lockId, boxPk }, this.secrets);
  }
}

/** Nobody's grant. */
export const NO_ID = TestSite.id(0);
