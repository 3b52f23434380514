import { nobleSuite } from "../../../crypto/noble.ts";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Secret } from "../../../crypto/secret.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { type GrantClaims, Right, signGrant } from "../../../protocol/documents/grant.ts";
import type { Label } from "../../../protocol/documents/label.ts";
import { type RosterClaims, rosterDigest, signRoster } from "../../../protocol/documents/roster.ts";
import { signTimeToken } from "../../../protocol/documents/time-token.ts";
import type { Random } from "../../../protocol/random.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import type { CarriedRoster } from "../deliver-roster.ts";
import type { FrameCarrier } from "../frame-carrier.ts";
import type { Bearer } from "../give-order.ts";
import { type KnownLock, PassSession, type PhoneParts } from "../pass-session.ts";
import { DoorCarrier } from "./door-carrier.ts";
import { Installer } from "./installer.ts";

const PRODUCT = { model: "Test", hardware: 1, firmware: 1 };
const YEAR_SECONDS = 365 * 86_400;
/** Longer than a lock makes strangers wait between two tries. */
const CALM_MS = 1_500;

/** What a phone meets: an emulated lock (on noble), its issuer, and time that stands still between frames. */
export class TestDoor {
  readonly clock = new VirtualClock();
  readonly lock: Lock;
  readonly known: KnownLock;
  /** The phone itself, on OpenSSL. */
  readonly phone: PhoneParts;
  readonly issuerKey: Secret;
  readonly bearerKey: Secret;
  readonly #label: Label;
  readonly #installer: Installer;
  readonly #random: Random;
  #generation = 0;
  #epoch = 0;

  constructor() {
    const { clock } = this;
    this.#random = new SeededRandom(7);
    const random = this.#random;
    this.phone = { suite: opensslSuite, random, clock };
    this.issuerKey = this.newKey();
    this.bearerKey = this.newKey();
    const { lock, label } = memoryLock({ clock, random, suite: nobleSuite, product: PRODUCT });
    lock.powerOn();
    this.lock = lock;
    this.#label = label;
    const { sigKey } = lock.firmware!.inside.identity;
    this.known = { lockId: label.lockId, sigPk: opensslSuite.p256PublicKey(sigKey) };
    this.#installer = new Installer(opensslSuite, random);
  }

  /** A door whose lock is paired and has an empty roster. */
  static async inService(claims: Partial<RosterClaims> = {}): Promise<TestDoor> {
    const door = new TestDoor();
    await door.pair();
    await door.commit(door.roster(claims));
    return door;
  }

  get nowSeconds(): number {
    return Math.floor(this.clock.wallMs() / 1000);
  }

  get bolt(): "thrown" | "drawn" | "between" {
    return this.lock.hardware.bolt.position();
  }

  newKey(): Secret {
    return opensslSuite.p256PrivateKey((length) => this.#random.bytes(length));
  }

  /** `time` 0: the tool that pairs has none. */
  async pair({ time = this.nowSeconds }: { time?: number } = {}): Promise<void> {
    this.lock.pressPairingButton();
    const issuerPk = opensslSuite.p256PublicKey(this.issuerKey);
    await this.#installer.pair(this.carrier(), this.#label, { issuerPk, gatewayId: this.#random.bytes(8), time });
  }

  /** By hand: the lock forgets its issuer and begins a new generation. */
  factoryReset(): void {
    this.lock.factoryReset();
    this.#generation += 1;
    this.#epoch = 0;
  }

  /** As the tool that pairs does it. */
  async commit({ roster, grants }: CarriedRoster): Promise<void> {
    this.clock.advance(CALM_MS);
    const puts = grants.map((grant): Command => ({ name: "grantPut", grants: [grant] }));
    await this.#installer.run(this.carrier(), [{ name: "rosterBegin", roster }, ...puts, { name: "rosterCommit" }]);
  }

  /** The issuer's next roster. */
  roster(claims: Partial<RosterClaims> = {}, grants: Uint8Array[] = []): CarriedRoster {
    this.#epoch += 1;
    const roster = signRoster(opensslSuite, this.issuerKey, {
      lockId: this.known.lockId,
      generation: this.#generation,
      epoch: this.#epoch,
      issuedAt: this.nowSeconds,
      staleAfter: 0,
      count: grants.length,
      digest: rosterDigest(opensslSuite, grants),
      carriedFrom: 0,
      denied: [],
      settings: {},
      ...claims,
    });
    return { roster, grants };
  }

  /** The issuer's grant for the bearer's key; everything at this door, for a year, unless said otherwise. */
  grant(claims: Partial<GrantClaims> = {}, issuerKey: Secret = this.issuerKey): Uint8Array {
    return signGrant(opensslSuite, issuerKey, {
      subject: new Uint8Array(8),
      audience: [this.known.lockId],
      expires: this.nowSeconds + YEAR_SECONDS,
      issuedAt: this.nowSeconds,
      id: this.#random.bytes(8),
      bearerKey: opensslSuite.p256PublicKey(this.bearerKey),
      credentials: [{ kind: "key" }],
      rights: Right.unlock | Right.lock | Right.courier,
      ...claims,
    });
  }

  bearer(grant: Uint8Array, more: Partial<Bearer> = {}): Bearer {
    return { key: this.bearerKey, grant, ...more };
  }

  /** The issuer's word for the time, for a phone that can reach it. */
  readonly askForTime = async (lockId: Uint8Array, challenge: Uint8Array): Promise<Uint8Array> =>
    signTimeToken(opensslSuite, this.issuerKey, { lockId, challenge, time: this.nowSeconds });

  carrier(): DoorCarrier {
    return new DoorCarrier(this.lock, this.clock);
  }

  /** A session, after so long a pause that no stranger before it stands in the way. */
  session(carrier: FrameCarrier = this.carrier()): Promise<PassSession> {
    this.clock.advance(CALM_MS);
    return PassSession.open(this.phone, carrier, this.known);
  }

  /** A phone whose own clock is off. */
  phoneAhead(seconds: number): PhoneParts {
    const { clock } = this;
    const wallMs = () => clock.wallMs() + 1000 * seconds;
    const own = { wallMs, monotonicMs: () => clock.monotonicMs(), schedule: clock.schedule.bind(clock) };
    return { ...this.phone, clock: own };
  }
}
