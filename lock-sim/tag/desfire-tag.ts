import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Random } from "../../protocol/random.ts";
import type { Tag } from "../hardware/tag-reader.ts";
import {
  acceptCommand,
  type CardSession,
  cardChallenge,
  cardProof,
  openCardSession,
  readReaderProof,
  sealAnswer,
} from "./ev2-card.ts";
import { type NativeCommand, unwrapCommand } from "./wrapped-command.ts";

export interface TagApplication {
  /** 3 bytes, the least significant first, as DESFire has them on the wire. */
  readonly id: Uint8Array;
  /** AES-128 keys by their numbers. */
  readonly keys: ReadonlyMap<number, Secret>;
}

/** DESFire's native status codes, the second byte after 91. */
export const CardStatus = {
  ok: 0x00,
  illegalCommand: 0x1c,
  integrityError: 0x1e,
  noSuchKey: 0x40,
  lengthError: 0x7e,
  applicationNotFound: 0xa0,
  authenticationError: 0xae,
  additionalFrame: 0xaf,
  commandAborted: 0xca,
} as const;
type CardStatus = (typeof CardStatus)[keyof typeof CardStatus];

interface Answer {
  readonly status: CardStatus;
  readonly data?: Uint8Array;
}

type Authentication =
  | { kind: "none" }
  | { kind: "challenged"; key: Secret; rndB: Uint8Array }
  | { kind: "done"; session: CardSession };

const PICC_LEVEL = Uint8Array.of(0, 0, 0);

/**
 * As much of a DESFire EV2 card as a lock's reader asks for: SelectApplication, AuthenticateEV2First without
 * capabilities, GetCardUID. Every refusal ends the authentication, as on the card.
 */
export class DesfireTag implements Tag {
  readonly uid: Uint8Array;
  readonly #suite: Suite;
  readonly #random: Random;
  readonly #applications: readonly TagApplication[];
  /** Undefined: PICC level, where this card has no keys. */
  #selected: TagApplication | undefined;
  #authentication: Authentication = { kind: "none" };

  constructor(suite: Suite, random: Random, uid: Uint8Array, applications: readonly TagApplication[]) {
    this.#suite = suite;
    this.#random = random;
    this.uid = uid;
    this.#applications = applications;
  }

  transceive(apdu: Uint8Array): Uint8Array {
    const command = unwrapCommand(apdu);
    if (typeof command === "number") {
      this.#authentication = { kind: "none" };
      return Uint8Array.of(command >> 8, command & 0xff);
    }
    const { status, data = new Uint8Array() } = this.#answer(command);
    if (status !== CardStatus.ok && status !== CardStatus.additionalFrame) this.#authentication = { kind: "none" };
    return Uint8Array.of(...data, 0x91, status);
  }

  leaveField(): void {
    this.#selected = undefined;
    this.#authentication = { kind: "none" };
  }

  #answer({ instruction, data }: NativeCommand): Answer {
    if (this.#authentication.kind === "challenged" && instruction !== 0xaf)
      return { status: CardStatus.commandAborted };
    switch (instruction) {
      case 0x5a:
        return this.#select(data);
      case 0x71:
        return this.#authenticateFirst(data);
      case 0xaf:
        return this.#authenticateSecond(data);
      case 0x51:
        return this.#cardUid(data);
      default:
        return { status: CardStatus.illegalCommand };
    }
  }

  #select(id: Uint8Array): Answer {
    if (id.length !== 3) return { status: CardStatus.lengthError };
    const found = this.#applications.find((application) => this.#suite.equal(application.id, id));
    if (found === undefined && !this.#suite.equal(id, PICC_LEVEL)) return { status: CardStatus.applicationNotFound };
    this.#selected = found;
    this.#authentication = { kind: "none" };
    return { status: CardStatus.ok };
  }

  #authenticateFirst(data: Uint8Array): Answer {
    const [keyNumber, capabilitiesBytes] = data;
    if (data.length !== 2 || capabilitiesBytes !== 0) return { status: CardStatus.lengthError };
    const key = this.#selected?.keys.get(keyNumber!);
    if (key === undefined) return { status: CardStatus.noSuchKey };
    const rndB = this.#random.bytes(16);
    this.#authentication = { kind: "challenged", key, rndB };
    return { status: CardStatus.additionalFrame, data: cardChallenge(this.#suite, key, rndB) };
  }

  #authenticateSecond(proof: Uint8Array): Answer {
    if (this.#authentication.kind !== "challenged") return { status: CardStatus.illegalCommand };
    if (proof.length !== 32) return { status: CardStatus.lengthError };
    const { key, rndB } = this.#authentication;
    const rndA = readReaderProof(this.#suite, key, rndB, proof);
    if (rndA === undefined) return { status: CardStatus.authenticationError };
    const ti = this.#random.bytes(4);
    this.#authentication = { kind: "done", session: openCardSession(this.#suite, key, ti, rndA, rndB) };
    return { status: CardStatus.ok, data: cardProof(this.#suite, key, ti, rndA) };
  }

  #cardUid(mac: Uint8Array): Answer {
    if (this.#authentication.kind !== "done") return { status: CardStatus.authenticationError };
    const { session } = this.#authentication;
    if (mac.length !== 8) return { status: CardStatus.lengthError };
    if (!acceptCommand(this.#suite, session, 0x51, mac)) return { status: CardStatus.integrityError };
    return { status: CardStatus.ok, data: sealAnswer(this.#suite, session, this.uid) };
  }
}
