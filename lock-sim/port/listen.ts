import type { AddressInfo, Server } from "node:net";
import { formatHostPort, type HostPort } from "./host-port.ts";
import { PortError } from "./port.ts";

/** Listens and resolves to the address it got. Rejects with PortError. */
export function listen(server: Server, where: HostPort): Promise<HostPort> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) =>
      reject(new PortError(`cannot listen on ${formatHostPort(where)}: ${describe(error)}`));
    server.once("error", onError);
    server.listen({ ...where, exclusive: true }, () => {
      server.off("error", onError);
      const { address, port } = server.address() as AddressInfo;
      resolve({ host: address, port });
    });
  });
}

function describe(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "EADDRINUSE":
      return "the port is in use";
    case "EACCES":
      return "no permission";
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return "this machine has no such address";
    default:
      return error.code ?? error.message;
  }
}
