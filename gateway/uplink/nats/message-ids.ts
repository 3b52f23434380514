import type { Random } from "../../../protocol/random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { CloudEvent } from "../cloud-event.ts";
import type { Lane } from "../uplink.ts";

const NONCE_BYTES = 8;

interface Unacknowledged {
  first: string;
  id: string;
}

/**
 * The ids by which the server tells repeats (`Nats-Msg-Id`): the batch's last event's, and a nonce. A batch of which the server
 * has not acknowledged a copy keeps its id, so that the stream gets it once. Any other copy is wanted: the receipt did not
 * come, or the backend has lost events and gone back. With the event's id alone the server would swallow it.
 */
export class MessageIds {
  readonly #random: Random;
  readonly #unacknowledged = new Map<string, Unacknowledged>();

  constructor(random: Random) {
    this.#random = random;
  }

  of(batch: readonly CloudEvent[], lane: Lane): string {
    const { key, first, last } = namesOf(batch, lane);
    const before = this.#unacknowledged.get(key);
    if (before?.first === first && before.id.startsWith(`${last}.`)) return before.id;
    const id = `${last}.${toHex(this.#random.bytes(NONCE_BYTES))}`;
    this.#unacknowledged.set(key, { first, id });
    return id;
  }

  acknowledged(batch: readonly CloudEvent[], lane: Lane): void {
    this.#unacknowledged.delete(namesOf(batch, lane).key);
  }
}

function namesOf(batch: readonly CloudEvent[], lane: Lane) {
  const [first, last] = [batch[0] as CloudEvent, batch.at(-1) as CloudEvent];
  return { key: `${first.subject} ${lane}`, first: first.id, last: last.id };
}
