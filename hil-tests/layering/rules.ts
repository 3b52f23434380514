import type { Import, SourceFile } from "./source-file.ts";

/** Looks at the whole project and returns one sentence for each place where it is broken. */
export type Rule = (files: SourceFile[]) => string[];

/** Which parts a part may import (system.md, "Folders and directions"). */
const MAY_IMPORT: Record<string, string[]> = {
  crypto: ["crypto"],
  protocol: ["protocol", "crypto"],
  gateway: ["gateway", "protocol", "crypto"],
  "lock-sim": ["lock-sim", "protocol", "crypto"],
  "hil-tests": ["hil-tests", "lock-sim", "gateway", "protocol", "crypto"],
};

const NATS_IMPORTERS = [
  "gateway/uplink/nats/nats-connection.ts",
  "hil-tests/backend/nats-receiver.ts",
  "hil-tests/bench/bare/nats",
];

/**
 * The only product files, or folders, that may import a package which touches the machine or must stay replaceable.
 * `hil-tests/bench/bare/` is where the bench calls the same packages directly, to show what our layer over them costs.
 */
const IMPORTERS: Record<string, string[]> = {
  "@abandonware/noble": ["gateway/transport/ble.ts"],
  "@stoprocent/noble": ["gateway/transport/ble.ts"],
  "@abandonware/bleno": ["lock-sim/port/ble.ts"],
  serialport: ["gateway/transport/serial-line.ts", "lock-sim/port/serial.ts"],
  "better-sqlite3": ["gateway/store/database.ts", "hil-tests/bench/bare/event-table.ts"],
  mqtt: ["gateway/uplink/mqtt/broker-connection.ts", "hil-tests/backend/mqtt-receiver.ts", "hil-tests/bench/bare/mqtt"],
  "@nats-io/transport-node": NATS_IMPORTERS,
  "@nats-io/jetstream": NATS_IMPORTERS,
  "prom-client": ["gateway/metrics/meters.ts"],
  "node-pty": ["hil-tests/pty-end.ts"],
  "playwright-core": ["hil-tests/browser/"],
  "cbor-x": ["protocol/wire/cbor.ts"],
  "@noble/ciphers": ["crypto/", "hil-tests/bench/bare/noble.ts"],
  "@noble/curves": ["crypto/", "hil-tests/bench/bare/noble.ts"],
  "@noble/hashes": ["crypto/", "hil-tests/bench/bare/noble.ts"],
};

const FIRMWARE_MAY_IMPORT = [
  "lock-sim/firmware/",
  "lock-sim/hal.ts",
  "protocol/",
  "crypto/suite.ts",
  "crypto/secret.ts",
];

export const partsPointOneWay: Rule = (files) =>
  eachImport(files, (file, target) => {
    if (target.kind !== "file") return false;
    return !MAY_IMPORT[partOf(file.path)]?.includes(partOf(target.path));
  });

export const issuerStandsAlone: Rule = (files) =>
  eachImport(files, (file, target) => {
    if (!file.path.startsWith("gateway/issuer/") || isTest(file.path) || target.kind !== "file") return false;
    return target.path.startsWith("gateway/") && !target.path.startsWith("gateway/issuer/");
  });

/** The emulated lock's logic must be portable to a lock: no Node, no packages, no hardware of the emulator. */
export const firmwareTouchesOnlyItsHal: Rule = (files) =>
  eachImport(files, (file, target) => {
    if (!isFirmware(file)) return false;
    return target.kind === "package" || !FIRMWARE_MAY_IMPORT.some((allowed) => target.path.startsWith(allowed));
  });

export const firmwareWaitsForNothing: Rule = (files) =>
  files
    .filter((file) => isFirmware(file) && file.tokens.some(({ text }) => ["async", "await", "Promise"].includes(text)))
    .map(({ path }) => `${path} is firmware and not synchronous`);

/** LK1 itself does no input or output; its random and its clock are the two files that ask the machine. */
export const protocolIsPure: Rule = (files) =>
  eachImport(files, (file, target) => {
    if (partOf(file.path) !== "protocol" || isTestOnly(file.path) || file.path === "protocol/system-random.ts")
      return false;
    return target.kind === "package" && target.name.startsWith("node:");
  });

export const packagesHaveTheirImporters: Rule = (files) =>
  eachImport(files, (file, target) => {
    if (target.kind !== "package" || isTestOnly(file.path)) return false;
    const importers = IMPORTERS[target.name];
    return importers !== undefined && !importers.some((importer) => file.path.startsWith(importer));
  });

export const productsNeedNoTestingCode: Rule = (files) =>
  eachImport(files, (file, target) => {
    if (target.kind !== "file" || isTestOnly(file.path) || partOf(file.path) === "hil-tests") return false;
    return isTestOnly(target.path);
  });

export const importedFilesExist: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path));
  return eachImport(files, (_, target) => target.kind === "file" && !paths.has(target.path));
};

export const noBarrels: Rule = (files) =>
  files
    .filter(({ path, reexports }) => reexports || path.endsWith("/index.ts"))
    .map(({ path }) => `${path} hands on what another module exports`);

export const noCycles: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const found: string[] = [];
  const visit = (file: SourceFile, trail: string[]) => {
    if (finished.has(file.path)) return;
    const begin = trail.indexOf(file.path);
    if (begin >= 0) {
      found.push(`${[...trail.slice(begin), file.path].join(" → ")} is a cycle`);
      return;
    }
    for (const target of file.imports) {
      const next = target.kind === "file" ? byPath.get(target.path) : undefined;
      if (next) visit(next, [...trail, file.path]);
    }
    finished.add(file.path);
  };
  for (const file of files) visit(file, []);
  return found;
};

function eachImport(files: SourceFile[], isWrong: (file: SourceFile, target: Import) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((target) => isWrong(file, target))
      .map((target) => `${file.path} imports ${target.kind === "file" ? target.path : target.name}`),
  );
}

function partOf(path: string): string {
  return path.slice(0, path.indexOf("/"));
}

function isFirmware({ path }: SourceFile): boolean {
  return path.startsWith("lock-sim/firmware/") && !isTestOnly(path);
}

export function isTestOnly(path: string): boolean {
  return isTest(path) || path.includes("/testing/");
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}
