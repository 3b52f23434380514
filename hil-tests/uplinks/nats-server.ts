import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../rig-tools/free-port.ts";

/** Debian keeps it where only root looks. */
const PROGRAMS = ["nats-server", "/usr/sbin/nats-server"];

/** The program's name, or undefined if it is not installed. */
export function findNatsServer(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ["--version"]).error === undefined);
}

export interface NatsServerOptions {
  /** Of the configuration file, added to what every test needs. */
  lines?: string[];
  /** The servers of a cluster, this one among them, by the ports that they reach each other on. */
  cluster?: { routePort: number; routePorts: number[] };
  /** Of all that JetStream keeps, like 30KB. */
  storeMax?: string;
}

/** A real server with JetStream on a free port, with everything of it in one folder. Ended by its own pid, never by name. */
export class NatsServer {
  readonly port: number;
  readonly name: string;
  readonly #program: string;
  readonly #configFile: string;
  #process: ChildProcess | undefined;

  private constructor(program: string, name: string, port: number, configFile: string) {
    this.#program = program;
    this.name = name;
    this.port = port;
    this.#configFile = configFile;
  }

  static async start(
    program: string,
    folder: string,
    name: string,
    { lines = [], cluster, storeMax }: NatsServerOptions = {},
  ): Promise<NatsServer> {
    const server = new NatsServer(program, name, await freePort(), join(folder, `${name}.conf`));
    const store = join(folder, name);
    mkdirSync(store, { recursive: true });
    const settings = [
      `server_name: ${name}`,
      `listen: "127.0.0.1:${server.port}"`,
      `jetstream { store_dir: "${store}"${storeMax === undefined ? "" : `, max_file_store: ${storeMax}`} }`,
      ...(cluster ? [clusterLine(cluster)] : []),
      ...lines,
    ];
    writeFileSync(server.#configFile, `${settings.join("\n")}\n`);
    await server.restart();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Resolves when it takes connections. */
  async restart(): Promise<void> {
    this.#process = spawn(this.#program, ["-c", this.#configFile], { stdio: ["ignore", "ignore", "pipe"] });
    const lines: string[] = [];
    const running = new Promise<void>((resolve) => {
      createInterface({ input: this.#process!.stderr! }).on("line", (line) => {
        if (lines.length < 100) lines.push(line);
        if (/Server is ready/.test(line)) resolve();
      });
    });
    const ended = once(this.#process, "exit").then(() => {
      throw new Error(`nats-server does not start: ${lines.join(" | ")}`);
    });
    await Promise.race([running, ended]);
    ended.catch(() => {});
  }

  /** As a power cut of the machine, but for what the operating system still holds. */
  async kill(): Promise<void> {
    if (this.#process!.exitCode !== null || this.#process!.signalCode !== null) return;
    const ended = once(this.#process!, "exit");
    // A stopped process ends by this signal too.
    this.#process!.kill("SIGKILL");
    await ended;
  }

  /** Nothing comes through any more, and nobody is told. */
  freeze(): void {
    this.#process!.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process!.kill("SIGCONT");
  }
}

function clusterLine({ routePort, routePorts }: { routePort: number; routePorts: number[] }): string {
  const routes = routePorts.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
  return `cluster { name: portvakt, listen: "127.0.0.1:${routePort}", routes: [${routes}] }`;
}
