import { nobleSuite } from "../../../crypto/noble.ts";
import type { CredentialRequest, GrantRequest } from "../../../gateway/rights/grant-request.ts";
import { SecretStore } from "../../../gateway/store/secret-store.ts";
import { makeTag } from "../../../lock-sim/tag/make-tag.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { again, ask, type Door } from "./person.ts";

/** What somebody was given for a door. */
interface Key {
  grant: string;
  pin: string | undefined;
  uid: Uint8Array | undefined;
}

/** All locks of a site are in the one stair that a gateway begins with. */
const STAIR = "main";
const WALK_IN_MS = 4_000;
const TAG_IN_FIELD_MS = 800;
const DAY_MS = 86_400_000;

/** People who live there, and carers who come and go: they get grants, open the door with them, and lose them again. */
export class Residents {
  readonly #door: Door;
  readonly #everyMs: number;
  /** PINs and the grants that they belong to, of the whole site. */
  readonly #pins: Map<string, Set<string>>;
  #keys: Key[] = [];

  constructor(door: Door, everyMs: number, pins: Map<string, Set<string>>) {
    this.#door = door;
    this.#everyMs = everyMs;
    this.#pins = pins;
  }

  attend(residents: number, carers: number): void {
    const { clock, chance } = this.#door;
    for (let i = 0; i < residents; i++) clock.schedule(chance.around(600_000), () => this.#moveIn());
    again(this.#door, this.#everyMs, () => this.#comeHome());
    if (carers > 0) again(this.#door, Math.ceil((7 * DAY_MS) / carers), () => this.#changeCarers());
  }

  /** A grant for ever, as people who live there have one. */
  #moveIn(): void {
    this.#get({ ...this.#who(), rights: ["unlock", "lock", "essential"] });
    // The gateway may not run, or know the lock yet.
    this.#door.clock.schedule(DAY_MS, () => {
      if (this.#keys.length === 0 && !this.#door.isOver()) this.#moveIn();
    });
  }

  #changeCarers(): void {
    const { chance } = this.#door;
    const leaving = chance.happens(0.5) ? chance.pick(this.#keys) : undefined;
    if (leaving) this.#revoke(leaving);
    const nowMs = this.#door.site.clock.wallMs();
    const request: GrantRequest = {
      ...this.#who(),
      rights: ["unlock"],
      until: new Date(nowMs + chance.between(1, 30) * DAY_MS).toISOString(),
      ...(chance.happens(0.3) && { uses: chance.between(1, 10) }),
      ...(chance.happens(0.5) && {
        schedule: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "07:00", to: chance.pick(["18:00", "02:00"]) }],
      }),
    };
    this.#get(request);
  }

  /** A PIN, a tag or both, and perhaps the need to show both. */
  #who(): Pick<GrantRequest, "locks" | "with"> & { require?: 2 } {
    const { chance, lock } = this.#door;
    const uid = toHex(chance.bytes(7));
    const kinds = chance.below(3);
    const credentials: CredentialRequest[] = [];
    if (kinds !== 1) credentials.push({ kind: "pin" });
    if (kinds !== 0) credentials.push({ kind: "tag", uid });
    return {
      locks: [lock.lockId],
      with: credentials,
      ...(kinds === 2 && chance.happens(0.3) && { require: 2 as const }),
    };
  }

  #get(request: GrantRequest): void {
    ask(
      this.#door,
      ({ grants }) => grants.add(request),
      ({ row, claims, pin }) => {
        const tag = claims.credentials.find((credential) => credential.kind === "tag");
        this.#keys.push({ grant: row.id, pin, uid: tag?.uid });
        if (pin === undefined) return;
        const holders = this.#pins.get(pin) ?? new Set();
        this.#pins.set(pin, holders.add(row.id));
      },
    );
  }

  /** Who has lost a grant tries it once more now and then. */
  #revoke(key: Key): void {
    const { tell, site } = this.#door;
    ask(
      this.#door,
      ({ grants }) => grants.revoke(key.grant),
      (isRevoked) => {
        if (isRevoked) tell({ kind: "grant-revoked", site: site.index, grant: key.grant });
      },
    );
  }

  #comeHome(): void {
    const { chance, clock } = this.#door;
    const key = chance.pick(this.#keys);
    if (!key) return;
    if (chance.happens(0.05)) this.#typePin(String(chance.between(100_000, 999_999)));
    if (key.pin !== undefined) this.#typePin(key.pin);
    if (key.uid) this.#holdTag(key.uid, key.grant);
    clock.schedule(WALK_IN_MS, () => this.#walkIn());
  }

  #typePin(digits: string): void {
    const { lock, tell } = this.#door;
    const grants = [...(this.#pins.get(digits) ?? [])];
    tell({ kind: "shown", lock: lock.index, credential: "pin", grants });
    lock.lock.pressKeys(`${digits}#`);
  }

  #holdTag(uid: Uint8Array, grant: string): void {
    const { lock, site, chance, clock } = this.#door;
    const database = site.process?.database;
    const secrets = database && new SecretStore(database).ofStair(STAIR);
    if (!secrets) return;
    const isGenuine = !chance.happens(0.05);
    const tag = makeTag(nobleSuite, chance, isGenuine ? "genuine" : "cloned", uid, secrets.tagMasterKey);
    lock.holdTag(tag, isGenuine ? [grant] : []);
    clock.schedule(TAG_IN_FIELD_MS, () => lock.takeTagAway());
  }

  /** Opens the door if the bolt lets them, and mostly closes it behind. */
  #walkIn(): void {
    const { lock, chance, clock } = this.#door;
    if (lock.lock.hardware.bolt.position() !== "drawn") return;
    lock.lock.setDoor(true);
    clock.schedule(chance.happens(0.05) ? chance.around(1_800_000) : 3_000, () => lock.lock.setDoor(false));
  }
}
