import type { ErrorWithReasonCode, IClientOptions, IPublishPacket, MqttClient } from "mqtt";
import type { Clock } from "../../../protocol/clock.ts";
import type { Incoming, Outgoing } from "../broker/message.ts";
import { Slots } from "../broker/slots.ts";
import { UplinkError } from "../uplink.ts";

/** Of one message to us; an answer is far smaller. The broker drops larger ones. */
const INCOMING_BYTES_MAX = 256 * 1024;
/** What the broker may send us before we have acknowledged it. */
const INCOMING_AT_ONCE_MAX = 20;
/** Orders and answers wait at the broker for so long when the gateway is away. */
const SESSION_LIVES_SECONDS = 24 * 60 * 60;
const CONNECTED_WITHIN_MS = 15_000;
const LEFT_WITHIN_MS = 5_000;
/** A broker that leaves a message unacknowledged for so long is given up. */
const ACKNOWLEDGED_WITHIN_MS = 20_000;
/** What a PUBLISH has besides its topic, its payload and the texts of its properties: lengths, ids, an expiry. */
const PUBLISH_FRAME_BYTES_MAX = 40;

/** MQTT 5 reason codes (§2.4). */
const NO_MATCHING_SUBSCRIBERS = 0x10;
const PACKET_TOO_LARGE = 0x95;

export interface BrokerAccess {
  /** mqtt://HOST:PORT, or mqtts:// for TLS. */
  url: string;
  clientId: string;
  user?: string;
  password?: string;
  /** PEM: certificates to trust, and our own with its key. */
  ca?: string[];
  certificate?: string;
  key?: string;
  /** Half-open connections are noticed within one and a half times this. */
  keepAliveSeconds: number;
  /** What the broker publishes, retained, when we are gone without a word. */
  will: { topic: string; payload: string };
}

export interface ConnectionHooks {
  heard: (message: Incoming) => void;
  /** Called once, after the connection was open; the sentence has no full stop. */
  ended: (trouble: string) => void;
}

/**
 * One connection to a broker, over the library `mqtt`. It is never revived: the library would send again, in the next one, what
 * the outbox gives again on its own account.
 */
export class BrokerConnection {
  readonly #client: MqttClient;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #slots: Slots;
  readonly #publishBytesMax: number;
  readonly #abandon = new Set<() => void>();
  #trouble: string | undefined;
  /** The library keeps it to itself: it comes with a PUBACK, just before the callback for it. */
  #newestReason: number | undefined;

  private constructor(client: MqttClient, clock: Clock, name: string, hooks: ConnectionHooks) {
    const { receiveMaximum, maximumPacketSize } = client.serverProperties ?? {};
    this.#client = client;
    this.#clock = clock;
    this.#name = name;
    this.#slots = new Slots(receiveMaximum ?? Number.POSITIVE_INFINITY);
    this.#publishBytesMax = maximumPacketSize ?? Number.POSITIVE_INFINITY;
    client.on("packetreceive", (packet) => {
      if (packet.cmd === "puback") this.#newestReason = packet.reasonCode;
    });
    let told = "it has closed the connection";
    client.on("error", (error) => {
      told = describe(error);
    });
    client.on("disconnect", ({ reasonCode }) => {
      told = `it has disconnected us with code ${reasonCode}`;
    });
    client.on("close", () => {
      this.#trouble ??= `${name} can not be reached (${told})`;
      for (const abandon of [...this.#abandon]) abandon();
      hooks.ended(this.#trouble);
    });
  }

  /** Rejects with UplinkError if there is no connection in time. Messages may be heard before it resolves. */
  static async open(
    access: BrokerAccess,
    clock: Clock,
    hooks: ConnectionHooks,
    stop: AbortSignal,
  ): Promise<BrokerConnection> {
    // Loaded for those who use it alone: it costs some memory.
    const { connect } = await import("mqtt");
    const name = new URL(access.url).host;
    const client = connect(access.url, optionsFor(access));
    client.on("message", (_topic, _payload, packet) => hooks.heard(incoming(packet)));
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        client.removeAllListeners("connect");
        stop.removeEventListener("abort", onStop);
        client.end(true);
        reject(new UplinkError("unreachable", `${name} can not be reached (${why})`));
      };
      const onError = (error: Error) => fail(describe(error));
      const onClose = () => fail("it has closed the connection");
      const onStop = () => fail("the gateway stops");
      client.once("connect", () => {
        client.off("error", onError);
        client.off("close", onClose);
        stop.removeEventListener("abort", onStop);
        resolve(new BrokerConnection(client, clock, name, hooks));
      });
      client.on("error", onError);
      client.once("close", onClose);
      stop.addEventListener("abort", onStop, { once: true });
      if (stop.aborted) onStop();
    });
  }

  /**
   * Resolves when the broker has acknowledged the message (QoS 1), with whether it knows of anybody who reads it. Rejects with
   * UplinkError if it refuses it or goes away before.
   */
  async publish(message: Outgoing): Promise<{ hasReader: boolean }> {
    const bytes = publishBytes(message);
    if (bytes > this.#publishBytesMax) {
      throw new UplinkError("refused", `${this.#name} takes no messages of ${bytes} bytes`, { tooLarge: true });
    }
    const giveBack = await this.#slots.take();
    try {
      return await this.#publish(message);
    } finally {
      giveBack();
    }
  }

  /** Rejects with UplinkError if the broker does not grant it. */
  async subscribe(topics: string[]): Promise<void> {
    // Whether a message was published to be kept (`rap`) decides whether it is obeyed. What is our own is not for us (`nl`).
    const options = { qos: 1, rap: true, nl: true, rh: 0 } as const;
    await this.#acknowledged(
      (done) => this.#client.subscribe(topics, options, done),
      () => undefined,
    );
  }

  /** Takes leave, so that the will is not published; a broker that does not let go is left all the same. */
  async close(): Promise<void> {
    if (!this.#client.connected) return;
    this.#trouble ??= "the gateway stops";
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(LEFT_WITHIN_MS, () => this.#client.stream.destroy());
      this.#client.once("close", () => {
        timer.cancel();
        resolve();
      });
      this.#client.end();
    });
  }

  async #publish(message: Outgoing): Promise<{ hasReader: boolean }> {
    const { topic, payload, isRetained = false } = message;
    const options = { qos: 1, retain: isRetained, properties: propertiesOf(message) } as const;
    return this.#acknowledged(
      (done) => this.#client.publish(topic, payload, options, done),
      () => ({ hasReader: this.#newestReason !== NO_MATCHING_SUBSCRIBERS }),
    );
  }

  /** The library calls back only as long as the connection lives. */
  #acknowledged<Result>(send: (done: (error?: Error | null) => void) => void, result: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        timer.cancel();
        this.#abandon.delete(abandon);
        settle();
      };
      const abandon = () => end(() => reject(new UplinkError("unreachable", this.#trouble ?? this.#name)));
      const timer = this.#clock.schedule(ACKNOWLEDGED_WITHIN_MS, () => {
        this.#trouble ??= `${this.#name} acknowledges nothing`;
        this.#client.stream.destroy();
      });
      this.#abandon.add(abandon);
      if (this.#trouble !== undefined) return abandon();
      send((error) => end(() => (error ? reject(this.#refusal(error)) : resolve(result()))));
    });
  }

  #refusal(error: Error): UplinkError {
    const tooLarge = "code" in error && error.code === PACKET_TOO_LARGE;
    return new UplinkError("refused", `${this.#name} refuses (${describe(error)})`, { tooLarge, cause: error });
  }
}

function optionsFor(access: BrokerAccess): IClientOptions {
  const { clientId, user, password, ca, certificate, key, keepAliveSeconds, will } = access;
  return {
    protocolVersion: 5,
    clientId,
    clean: false,
    keepalive: keepAliveSeconds,
    connectTimeout: CONNECTED_WITHIN_MS,
    reconnectPeriod: 0,
    resubscribe: false,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    properties: {
      sessionExpiryInterval: SESSION_LIVES_SECONDS,
      receiveMaximum: INCOMING_AT_ONCE_MAX,
      maximumPacketSize: INCOMING_BYTES_MAX,
    },
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(ca && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  };
}

function propertiesOf({ contentType, responseTopic, correlation, expiresInSeconds }: Outgoing) {
  return {
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlation && { correlationData: Buffer.from(correlation) }),
    ...(expiresInSeconds !== undefined && { messageExpiryInterval: expiresInSeconds }),
  };
}

function publishBytes({ topic, payload, contentType = "", responseTopic = "", correlation }: Outgoing): number {
  const texts = [topic, payload, contentType, responseTopic].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return texts + (correlation?.length ?? 0) + PUBLISH_FRAME_BYTES_MAX;
}

function incoming({ topic, payload, retain, properties = {} }: IPublishPacket): Incoming {
  const { responseTopic, correlationData, messageExpiryInterval } = properties;
  return {
    topic,
    payload: Buffer.from(payload),
    isRetained: retain,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData && { correlation: new Uint8Array(correlationData) }),
    ...(messageExpiryInterval !== undefined && { expiresInSeconds: messageExpiryInterval }),
  };
}

/** In few words: what the system, the library or the broker calls it. */
function describe(error: Error | ErrorWithReasonCode): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
