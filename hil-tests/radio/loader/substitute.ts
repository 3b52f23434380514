import Module, { createRequire } from "node:module";
import type { OpenAdapter } from "./adapter.ts";
import { socketPackage } from "./virtual-socket.ts";

const SOCKET_PACKAGES = ["@abandonware/bluetooth-hci-socket", "@stoprocent/bluetooth-hci-socket"];

type Load = (request: string, ...rest: unknown[]) => unknown;

/** Node's loader of CommonJS modules, through which each `require` goes. */
const loader = Module as unknown as { _load: Load };

const require = createRequire(import.meta.url);

/**
 * From now on whoever requires a bluetooth-hci-socket package gets virtual sockets on the adapters that `open` finds.
 * The returned function undoes that; libraries that have been loaded meanwhile keep what they got.
 */
export function substituteHciSocket(open: OpenAdapter): () => void {
  const original = loader._load;
  const substitute = socketPackage(open);
  loader._load = (request, ...rest) => (SOCKET_PACKAGES.includes(request) ? substitute : original(request, ...rest));
  return () => {
    loader._load = original;
  };
}

/**
 * Loads a library of its own for these adapters: bleno, and the modules below noble, exist once in a process. A module
 * of the library's package is named as in `require`, `@abandonware/noble/with-custom-binding` for one.
 */
export function loadFresh(request: string, open: OpenAdapter): unknown {
  const [scope, name] = request.split("/");
  for (const path of Object.keys(require.cache)) {
    if (path.includes(`/node_modules/${scope}/${name}/`)) delete require.cache[path];
  }
  const undo = substituteHciSocket(open);
  try {
    return require(request);
  } finally {
    undo();
  }
}
