import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Reports } from "../../fleet/lock-report.ts";
import type { Log } from "../../log.ts";
import type { BackendAnswer } from "../backend-answer.ts";
import { Broker, RECONNECT } from "../broker/broker.ts";
import type { Incoming } from "../broker/message.ts";
import { Receipts } from "../broker/receipts.ts";
import { type RefusalName, Refusals } from "../broker/refusals.ts";
import { Requests } from "../broker/requests.ts";
import { BATCH_CONTENT_TYPE, type CloudEvent } from "../cloud-event.ts";
import { readAnswer } from "../read-answer.ts";
import { type Downlink, type Lane, type Uplink, UplinkError } from "../uplink.ts";
import { MessageIds } from "./message-ids.ts";
import { type NatsAccess, NatsConnection, type NatsMessage } from "./nats-connection.ts";
import { StreamWatch } from "./stream-watch.ts";
import type { Subjects } from "./subjects.ts";

/** On a batch: where its receipt is to go. */
const REPLY_HEADER = "Portvakt-Reply";
/** On a receipt: the `Nats-Msg-Id` of the batch that it answers. */
const BATCH_HEADER = "Portvakt-Batch";
const MESSAGE_ID_HEADER = "Nats-Msg-Id";

const CONNECTED_WITHIN_MS = 5_000;
/** Without the backend's receipt by then the events are given again. */
export const RECEIPT_WITHIN_MS = 30_000;
/** Of one message to us; an answer is far smaller. */
const INCOMING_BYTES_MAX = 256 * 1024;

export interface NatsUplinkParts {
  clock: Clock;
  random: Random;
  log: Log;
  subjects: Subjects;
  access: NatsAccess;
  /** Whether the gateway signs what comes as a command. */
  commands: boolean;
  isPaired: (lockId: string) => boolean;
  receiptWithinMs?: number;
  reconnect?: { firstMs: number; maxMs: number };
}

/**
 * Events over NATS JetStream (docs/events.md). That a stream acknowledges a batch means nothing: servers have lost what they had
 * acknowledged. Only the backend's own answer, on our subject, ends a delivery.
 */
export class NatsUplink implements Uplink {
  readonly name: string;
  readonly hasLanes = true;
  readonly #parts: NatsUplinkParts;
  readonly #broker: Broker<NatsConnection>;
  readonly #receipts: Receipts;
  readonly #refusals: Refusals;
  readonly #ids: MessageIds;
  readonly #streams: StreamWatch;
  readonly #receiptWithinMs: number;
  #downlink: Downlink | undefined;
  #requests: Requests | undefined;

  constructor(parts: NatsUplinkParts) {
    const { clock, random, log, access } = parts;
    this.name = access.name;
    this.#parts = parts;
    this.#receiptWithinMs = parts.receiptWithinMs ?? RECEIPT_WITHIN_MS;
    this.#receipts = new Receipts(clock);
    this.#refusals = new Refusals(log);
    this.#ids = new MessageIds(random);
    this.#streams = new StreamWatch(log);
    this.#broker = new Broker({
      name: access.name,
      clock,
      random,
      log,
      reconnect: parts.reconnect ?? RECONNECT,
      open: (ended) => this.#open(ended),
      connected: async () => {},
      disconnected: (trouble) => this.#receipts.failAll(new UplinkError("unreachable", trouble)),
    });
  }

  /** Messages that were taken no notice of, by why. */
  get refusals(): ReadonlyMap<RefusalName, number> {
    return this.#refusals.counts;
  }

  /** Why the streams may lose what they have acknowledged. */
  get warnings(): readonly string[] {
    return this.#streams.warnings;
  }

  async start(downlink: Downlink): Promise<void> {
    const { clock, subjects, commands, isPaired } = this.#parts;
    this.#downlink = downlink;
    this.#requests = new Requests({
      clock,
      downlink,
      commands,
      isPaired,
      isReplyTopic: (subject) => subjects.isReplySubject(subject),
      refused: (name, subject) => this.#refusals.note(name, subject),
      // Without a connection the outcome is lost, as it may be on any way; the lock's log tells it all the same.
      reply: (subject, _, payload) => this.#broker.connection?.send(subject, payload, {}),
    });
    this.#broker.start();
  }

  async deliver(batch: readonly CloudEvent[], lane: Lane): Promise<BackendAnswer> {
    const { subjects } = this.#parts;
    const connection = await this.#broker.connectionWithin(CONNECTED_WITHIN_MS);
    const id = this.#ids.of(batch, lane);
    const correlation = Buffer.from(id);
    const late = () => new UplinkError("unreachable", `${this.name} is connected, but the backend has not answered`);
    const [{ subject }] = batch as [CloudEvent];
    try {
      const [answer] = await Promise.all([
        this.#receipts.expect(correlation, this.#receiptWithinMs, late),
        connection
          .store({
            subject: lane === "alarm" ? subjects.alarms(subject) : subjects.events(subject),
            payload: JSON.stringify(batch),
            id,
            headers: { "Content-Type": BATCH_CONTENT_TYPE, [REPLY_HEADER]: subjects.receipts },
          })
          .then(({ stream }) => {
            this.#ids.acknowledged(batch, lane);
            this.#streams.seen(connection, stream);
          }),
      ]);
      return answer;
    } finally {
      this.#receipts.forget(correlation);
    }
  }

  /** Resolves when the server has them: it gives them to whoever listens, and keeps them where a stream takes them. */
  async report({ gatewayId, reports, results }: Reports): Promise<BackendAnswer> {
    const { subjects } = this.#parts;
    const connection = await this.#broker.connectionWithin(CONNECTED_WITHIN_MS);
    const headers = { "Content-Type": "application/json" };
    for (const report of reports) connection.send(subjects.report(report.lockId), JSON.stringify(report), headers);
    if (results.length > 0) connection.send(subjects.results, JSON.stringify({ gatewayId, results }), headers);
    await connection.flush();
    return {};
  }

  async close(): Promise<void> {
    await this.#broker.close(async () => {});
    this.#receipts.failAll(new UplinkError("unreachable", "the gateway stops"));
  }

  #open(ended: (trouble: string) => void): Promise<NatsConnection> {
    const { access, subjects } = this.#parts;
    const heard = (message: NatsMessage) => this.#hear(message);
    return NatsConnection.open(access, { heard, ended }, subjects.subscriptions);
  }

  #hear(message: NatsMessage): void {
    if (message.payload.length > INCOMING_BYTES_MAX) this.#refusals.note("malformed", message.subject);
    else this.#read(message);
  }

  #read(message: NatsMessage): void {
    const subject = this.#parts.subjects.parse(message.subject);
    switch (subject?.kind) {
      case "receipts":
      case "answers":
        this.#hearAnswer(subject.kind, message);
        break;
      case "orders":
        this.#requests?.order(subject.lockId, requestOf(message));
        break;
      case "commands":
        this.#requests?.command(subject.lockId, requestOf(message));
        break;
      case undefined:
        this.#refusals.note("unknown-topic", message.subject);
        break;
    }
  }

  #hearAnswer(kind: "receipts" | "answers", message: NatsMessage): void {
    const answer = this.#answerOf(message.payload);
    const batch = message.header(BATCH_HEADER);
    const correlation = batch === undefined ? undefined : Buffer.from(batch);
    if (kind === "receipts" && this.#receipts.arrived(correlation, answer)) return;
    if (answer instanceof UplinkError) this.#refusals.note("malformed", message.subject);
    // It comes unasked, or too late: it counts for what it says of itself.
    else this.#downlink?.answer(answer);
  }

  #answerOf(payload: Uint8Array): BackendAnswer | UplinkError {
    try {
      return readAnswer(this.name, Buffer.from(payload).toString("utf8"));
    } catch (error) {
      if (error instanceof UplinkError) return error;
      throw error;
    }
  }
}

/** Core NATS keeps nothing: what comes was sent now. */
function requestOf({ subject, payload, reply, header }: NatsMessage): Incoming {
  const id = header(MESSAGE_ID_HEADER);
  return {
    topic: subject,
    payload,
    isRetained: false,
    ...(reply !== undefined && { responseTopic: reply }),
    ...(id !== undefined && { correlation: Buffer.from(id) }),
  };
}
