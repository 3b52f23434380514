import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Controller } from "./controller.ts";
import { H4Splitter } from "./hci/h4-splitter.ts";

/**
 * A controller on a unix socket, for a host in another process: H4 in both directions. The controller is on while a
 * host is connected. When the host's process ends, however it ends, the controller is off the air at once, and the
 * peers of its links hear no more.
 */
export class ControllerSocket {
  readonly #controller: Controller;
  readonly #server: Server;
  #host: Socket | undefined;

  private constructor(controller: Controller) {
    this.#controller = controller;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens at that path when this resolves. Rejects if nobody can, as when the path is taken. */
  static async listen(path: string, controller: Controller): Promise<ControllerSocket> {
    const socket = new ControllerSocket(controller);
    controller.remove();
    socket.#server.listen(path);
    await once(socket.#server, "listening");
    return socket;
  }

  async close(): Promise<void> {
    this.#host?.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Turns a second host away. */
  #serve(socket: Socket): void {
    if (this.#host) {
      socket.destroy();
      return;
    }
    this.#host = socket;
    this.#controller.recover();
    this.#controller.onPacket((h4) => socket.write(h4));
    const splitter = new H4Splitter();
    socket.on("data", (bytes) => {
      try {
        for (const h4 of splitter.push(bytes)) this.#controller.hostPacket(h4);
      } catch (error) {
        // What follows can not be told apart any more.
        socket.destroy(error as Error);
      }
    });
    // A host that was killed; its socket's end is all that matters.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#host = undefined;
      this.#controller.remove();
    });
  }
}
