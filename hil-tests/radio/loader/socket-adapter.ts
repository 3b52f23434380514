import { connect } from "node:net";
import { H4Splitter } from "../hci/h4-splitter.ts";
import type { Adapter } from "./adapter.ts";

/** An adapter behind a unix socket on which a `ControllerSocket` listens. It seems down once the socket has closed. */
export function socketAdapter(path: string): Adapter {
  const socket = connect(path);
  const splitter = new H4Splitter();
  let isUp = true;
  // "close" follows.
  socket.on("error", () => {});
  socket.on("close", () => {
    isUp = false;
  });
  return {
    write: (h4) => {
      if (isUp) socket.write(h4);
    },
    onPacket(listener) {
      socket.on("data", (bytes) => {
        for (const h4 of splitter.push(bytes)) listener(h4);
      });
    },
    get isUp() {
      return isUp;
    },
    close: () => socket.destroy(),
  };
}
