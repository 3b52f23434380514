import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import type {
  Authenticator,
  NatsConnection as LibraryConnection,
  Msg,
  NodeConnectionOptions,
} from "@nats-io/transport-node";
import { UplinkError } from "../uplink.ts";
import type { StreamFacts } from "./stream-facts.ts";

/** To each server in turn. */
const CONNECTED_WITHIN_MS = 5_000;
/** A cluster that has lost a leader needs a few seconds for the next one. */
const ACKNOWLEDGED_WITHIN_MS = 10_000;
/** What a message has besides its payload: its subject, and headers with ids of limited length. */
const FRAME_BYTES_MAX = 1024;
const NANOS_PER_MS = 1_000_000;

/** JetStream's own error codes for a message over the stream's or the account's limit of one message. */
const MESSAGE_TOO_LARGE = new Set([10054, 10078]);

/** One way to say who we are. `creds` and `seed` are the texts of the files that `nsc` and `nk` make. */
export type NatsIdentity =
  | { kind: "none" }
  | { kind: "creds"; creds: string }
  | { kind: "nkey"; seed: string }
  | { kind: "token"; token: string }
  | { kind: "user"; user: string; password: string };

export interface NatsAccess {
  /** nats://HOST:PORT, or tls:// for TLS: all of them, or none. Servers of one cluster. */
  urls: string[];
  name: string;
  identity: NatsIdentity;
  /** PEM: certificates to trust, and our own with its key. */
  ca?: string;
  certificate?: string;
  key?: string;
  /** Half-open connections are noticed within three times this. */
  keepAliveSeconds: number;
}

/** A message of the server's. Nothing of it is trusted. */
export interface NatsMessage {
  subject: string;
  payload: Uint8Array;
  /** Where an answer is to go. */
  reply?: string;
  header(name: string): string | undefined;
}

export interface NatsHooks {
  heard: (message: NatsMessage) => void;
  /** Called once, after the connection was open; the sentence has no full stop. */
  ended: (trouble: string) => void;
}

/** A message for a stream. `id` is the server's to tell repeats by. */
export interface StreamMessage {
  subject: string;
  payload: string;
  id: string;
  headers: Readonly<Record<string, string>>;
}

type Library = typeof import("@nats-io/transport-node") & typeof import("@nats-io/jetstream");

/** One connection to a NATS cluster, over its library. It is never revived: the outbox gives again what may have been lost. */
export class NatsConnection {
  readonly #library: Library;
  readonly #connection: LibraryConnection;
  readonly #jetstream: JetStreamClient;
  readonly #name: string;
  /** What is waited for that the library may leave waiting when the connection ends. */
  readonly #abandon = new Set<() => void>();
  #manager: JetStreamManager | undefined;

  private constructor(library: Library, connection: LibraryConnection, name: string) {
    this.#library = library;
    this.#connection = connection;
    this.#jetstream = library.jetstream(connection);
    this.#name = name;
    void connection.closed().then(() => {
      for (const abandon of [...this.#abandon]) abandon();
    });
  }

  /** Tries the servers in random order. Rejects with UplinkError if none lets us in. */
  static async open(access: NatsAccess, hooks: NatsHooks, subscriptions: string[]): Promise<NatsConnection> {
    // Loaded for those who use it alone: it costs some memory.
    const library = { ...(await import("@nats-io/transport-node")), ...(await import("@nats-io/jetstream")) };
    let connection: LibraryConnection;
    try {
      connection = await library.connect(optionsFor(access, library));
    } catch (error) {
      throw new UplinkError("unreachable", `${access.name} can not be reached (${describe(error)})`, { cause: error });
    }
    for (const subject of subscriptions) {
      connection.subscribe(subject, {
        callback: (error, message) => {
          // What we may not read, for example. Without its subscriptions the connection is worth nothing.
          if (error) void connection.close();
          else hooks.heard(incoming(message));
        },
      });
    }
    void connection.closed().then((error) => {
      const why = error ? describe(error) : "the connection is closed";
      hooks.ended(`${access.name} can not be reached (${why})`);
    });
    return new NatsConnection(library, connection, access.name);
  }

  /** Resolves with the name of the stream that has acknowledged the message. Rejects with UplinkError. */
  async store({ subject, payload, id, headers }: StreamMessage): Promise<{ stream: string }> {
    this.#expectRoomFor(payload);
    try {
      const options = { msgID: id, headers: this.#headers(headers), timeout: ACKNOWLEDGED_WITHIN_MS };
      return await this.#jetstream.publish(subject, payload, options);
    } catch (error) {
      throw this.#refusal(subject, error);
    }
  }

  /** Says something once, to whoever listens now. Throws UplinkError if the server takes nothing so large. */
  send(subject: string, payload: string, headers: Readonly<Record<string, string>>): void {
    this.#expectRoomFor(payload);
    if (!this.#connection.isClosed()) this.#connection.publish(subject, payload, { headers: this.#headers(headers) });
  }

  /** Resolves when the server has all that was said. Rejects with UplinkError if the connection ends before. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      const abandon = () => reject(new UplinkError("unreachable", `${this.#name} has gone in the middle of a message`));
      this.#abandon.add(abandon);
      void this.#connection
        .flush()
        .then(resolve, abandon)
        .finally(() => this.#abandon.delete(abandon));
    });
  }

  /** Undefined if the server does not let us look. */
  async lookAt(stream: string): Promise<StreamFacts | undefined> {
    try {
      this.#manager ??= await this.#library.jetstreamManager(this.#connection, { checkAPI: false });
      const { config } = await this.#manager.streams.info(stream);
      return {
        stream,
        serverVersion: this.#connection.info?.version ?? "",
        replicas: config.num_replicas,
        storage: config.storage,
        retention: config.retention,
        discard: config.discard,
        messagesMax: config.max_msgs,
        messagesPerSubjectMax: config.max_msgs_per_subject,
        bytesMax: config.max_bytes,
        ageMaxMs: config.max_age / NANOS_PER_MS,
      };
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #expectRoomFor(payload: string): void {
    const bytes = Buffer.byteLength(payload) + FRAME_BYTES_MAX;
    if (bytes <= (this.#connection.info?.max_payload ?? 0)) return;
    throw new UplinkError("refused", `${this.#name} takes no messages of ${bytes} bytes`, { tooLarge: true });
  }

  #headers(values: Readonly<Record<string, string>>) {
    const headers = this.#library.headers();
    for (const [name, value] of Object.entries(values)) headers.set(name, value);
    return headers;
  }

  #refusal(subject: string, error: unknown): UplinkError {
    const { JetStreamApiError } = this.#library;
    // The library takes the absence of a listener for that of JetStream; what it is otherwise comes as an API error.
    if (error instanceof Error && error.name === "JetStreamNotEnabled") {
      return new UplinkError("refused", `${this.#name} has no stream for ${subject}`, { cause: error });
    }
    if (error instanceof JetStreamApiError) {
      const tooLarge = MESSAGE_TOO_LARGE.has(error.code);
      return new UplinkError("refused", `${this.#name} refuses (${error.message})`, { tooLarge, cause: error });
    }
    return new UplinkError("unreachable", `${this.#name} acknowledges nothing (${describe(error)})`, { cause: error });
  }
}

function optionsFor({ urls, name, identity, ca, certificate, key, keepAliveSeconds }: NatsAccess, library: Library) {
  const isEncrypted = urls.every((url) => url.startsWith("tls:"));
  return {
    servers: urls,
    name,
    timeout: CONNECTED_WITHIN_MS,
    reconnect: false,
    ignoreClusterUpdates: true,
    noEcho: true,
    pingInterval: keepAliveSeconds * 1000,
    authenticator: authenticatorOf(identity, library),
    // With this the library goes on with no server that does not speak TLS.
    ...(isEncrypted && {
      tls: {
        ...(ca !== undefined && { ca }),
        ...(certificate !== undefined && { cert: certificate }),
        ...(key !== undefined && { key }),
      },
    }),
  } satisfies NodeConnectionOptions;
}

function authenticatorOf(identity: NatsIdentity, library: Library): Authenticator[] {
  switch (identity.kind) {
    case "none":
      return [];
    case "creds":
      return [library.credsAuthenticator(Buffer.from(identity.creds))];
    case "nkey":
      return [library.nkeyAuthenticator(Buffer.from(identity.seed))];
    case "token":
      return [library.tokenAuthenticator(identity.token)];
    case "user":
      return [library.usernamePasswordAuthenticator(identity.user, identity.password)];
  }
}

function incoming({ subject, data, reply, headers }: Msg): NatsMessage {
  return {
    subject,
    payload: data,
    ...(reply && { reply }),
    header: (name) => headers?.get(name) || undefined,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.toLowerCase().slice(0, 200) : "no reason given";
}
