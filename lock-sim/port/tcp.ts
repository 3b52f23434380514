import { createServer, type Server, type Socket } from "node:net";
import { encodeSerialFrame } from "../../protocol/wire/serial-frame.ts";
import { FrameFilter } from "./frame-filter.ts";
import { formatHostPort, type HostPort } from "./host-port.ts";
import { listen } from "./listen.ts";
import type { LinkEnd, Port } from "./port.ts";

/** There is one lock at this end (protocol.md §10). */
const ADDRESS = 0;
const CONNECTIONS_MAX = 32;
/** Whoever asks and asks and never reads is cut off at so many bytes of answers. */
const UNREAD_BYTES_MAX = 64 * 1024;

/** The lock on TCP, for rigs: the bytes of a serial line, one connection a link. */
export class TcpPort implements Port {
  readonly #lock: LinkEnd;
  readonly #where: HostPort;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(lock: LinkEnd, where: HostPort) {
    this.#lock = lock;
    this.#where = where;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  async start(): Promise<string> {
    return `tcp://${formatHostPort(await listen(this.#server, this.#where))}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #accept(socket: Socket): void {
    const connection = this.#lock.connect({
      send: (frame) => {
        socket.write(encodeSerialFrame(ADDRESS, frame));
        if (socket.writableLength > UNREAD_BYTES_MAX) socket.destroy();
      },
      close: () => socket.destroy(),
    });
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    const filter = new FrameFilter(ADDRESS, this.#lock.counters);
    this.#sockets.add(socket);
    socket.on("data", (bytes) => {
      for (const frame of filter.push(bytes)) this.#lock.receive(connection, frame);
    });
    // The close event follows every error and says all there is to know.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#lock.disconnect(connection);
    });
  }
}
