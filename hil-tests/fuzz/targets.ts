import type { Target } from "./engine/target.ts";

/** Loaded one by one: a worker measures the code that its target loads, and nothing that was there before. */
const TARGETS: Record<string, () => Promise<Target>> = {
  cbor: async () => (await import("./targets/wire.ts")).cbor,
  messages: async () => (await import("./targets/wire.ts")).messages,
  commands: async () => (await import("./targets/wire.ts")).commands,
  responses: async () => (await import("./targets/wire.ts")).responses,
  contents: async () => (await import("./targets/wire.ts")).contents,
  cobs: async () => (await import("./targets/carriers.ts")).cobs,
  serial: async () => (await import("./targets/carriers.ts")).serial,
  ble: async () => (await import("./targets/carriers.ts")).ble,
  documents: async () => (await import("./targets/documents.ts")).documents,
  grant: async () => (await import("./targets/documents.ts")).grant,
  roster: async () => (await import("./targets/documents.ts")).roster,
  order: async () => (await import("./targets/documents.ts")).order,
  "time-token": async () => (await import("./targets/documents.ts")).timeToken,
  "log-head": async () => (await import("./targets/documents.ts")).logHead,
  receipt: async () => (await import("./targets/documents.ts")).receipt,
  manifest: async () => (await import("./targets/documents.ts")).manifest,
  "key-change": async () => (await import("./targets/documents.ts")).keyChange,
  record: async () => (await import("./targets/log.ts")).record,
  chain: async () => (await import("./targets/log.ts")).chain,
  label: async () => (await import("./targets/texts.ts")).label,
  "time-zone": async () => (await import("./targets/texts.ts")).timeZone,
  via: async () => (await import("./targets/texts.ts")).via,
  cargo: async () => (await import("./targets/cargo.ts")).cargo,
  sealed: async () => (await import("./targets/secrets.ts")).sealed,
  tag: async () => (await import("./targets/tags.ts")).tag,
  "tag-reader": async () => (await import("./targets/tags.ts")).tagReader,
  rig: async () => (await import("./targets/rig.ts")).rig,
  "rig-condition": async () => (await import("./targets/rig.ts")).rigCondition,
  "uplink-receipts": async () => (await import("./targets/gateway/uplink.ts")).receipts,
  bundle: async () => (await import("./targets/gateway/bundle.ts")).bundle,
  "lock-event": async () => (await import("./targets/gateway/uplink.ts")).lockEvent,
  database: async () => (await import("./targets/gateway/database.ts")).database,
  api: async () => (await import("./targets/gateway/api.ts")).api,
  "flash-image": async () => (await import("./targets/firmware/flash-image.ts")).flashImage,
  firmware: async () => (await import("./targets/firmware/session.ts")).firmwareSession,
  gateway: async () => (await import("./targets/gateway/session.ts")).gatewaySession,
  joint: async () => (await import("./targets/gateway/joint.ts")).joint,
  config: async () => (await import("./targets/texts.ts")).config,
};

export const TARGET_NAMES: readonly string[] = Object.keys(TARGETS);

export function loadTarget(name: string): Promise<Target> {
  const load = TARGETS[name];
  if (!load) throw new RangeError(`there is no target ${name}`);
  return load();
}
