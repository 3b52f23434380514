import { socketAdapter } from "./socket-adapter.ts";
import { substituteHciSocket } from "./substitute.ts";

/**
 * `VIRTUAL_HCI=PATH[,PATH…] node --import …/loader/preload.js program.js`: the program's adapter hci0 is the controller
 * on the first socket, hci1 that on the second. See the air server, `hil-tests/radio/main.ts`.
 */
const paths = (process.env.VIRTUAL_HCI ?? "").split(",");

substituteHciSocket((deviceId) => {
  const path = paths[deviceId];
  return path ? socketAdapter(path) : undefined;
});
