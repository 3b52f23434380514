import type { Secret } from "../../../../crypto/secret.ts";
import {
  BenchDoor,
  KEY_CREDENTIAL,
  type NamedGrant,
  TAG_CREDENTIAL,
} from "../../../../lock-sim/firmware/door/testing/bench-door.ts";
import { BenchLock, GRANT_ID, type Paired } from "../../../../lock-sim/firmware/testing/bench-lock.ts";
import { TestSite } from "../../../../lock-sim/firmware/testing/test-site.ts";
import { Right } from "../../../../protocol/documents/grant.ts";
import type { SiteSecrets } from "../../../../protocol/documents/sealed.ts";

export const PIN = "482915";
export const TAG_ID = TestSite.id(0x12);
export const PIN_ID = TestSite.id(0x13);
export const THRICE_ID = TestSite.id(0x14);
const PIN_GRANT_EPOCH = 2;

/** A paired lock with grants for a key, a tag and a PIN, as it lies on the shelf: each one that is made of it is the same. */
export class FurnishedLock {
  readonly #image: Uint8Array;
  readonly #monotonicMs: number;
  readonly #paired: Paired;
  readonly #rms: Secret;
  readonly #secrets: SiteSecrets;

  constructor() {
    const rights = Right.unlock | Right.lock | Right.hold | Right.courier;
    const grants: NamedGrant[] = [
      { id: GRANT_ID, credentials: [KEY_CREDENTIAL], rights },
      { id: TAG_ID, credentials: [TAG_CREDENTIAL] },
      { id: THRICE_ID, credentials: [KEY_CREDENTIAL], uses: 3 },
    ];
    const door = new BenchDoor(grants);
    door.commit([...grants, { id: PIN_ID, credentials: [door.pin(PIN_ID, PIN)] }]);
    const { bench, paired } = door;
    const opened = bench.open(paired);
    opened.session.done({ name: "status" });
    this.#monotonicMs = bench.clock.monotonicMs();
    this.#paired = paired;
    this.#rms = opened.rms;
    this.#secrets = door.secrets;
    bench.lock.powerOff();
    this.#image = bench.flash.image();
  }

  /** One that has just been switched on, and what its gateway and its issuer know. `image` is what its flash holds. */
  take(image = this.#image): { bench: BenchLock; paired: Paired; rms: Secret; secrets: SiteSecrets; epoch: number } {
    const bench = new BenchLock();
    bench.lock.powerOff();
    bench.flash.restore(image);
    bench.clock.advance(this.#monotonicMs);
    bench.lock.hardware.rtc.set(bench.now);
    bench.lock.powerOn();
    return { bench, paired: this.#paired, rms: this.#rms, secrets: this.#secrets, epoch: PIN_GRANT_EPOCH };
  }

  get image(): Uint8Array {
    return this.#image.slice();
  }
}
