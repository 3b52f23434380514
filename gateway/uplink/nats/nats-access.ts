import type { NatsUplinkConfig } from "../../nats-uplink-config.ts";
import { readTextFile } from "../read-text-file.ts";
import type { NatsAccess, NatsIdentity } from "./nats-connection.ts";

/** What the configuration says of the servers, with its files read. Throws UplinkError for those that can not be. */
export function accessOf(config: NatsUplinkConfig): NatsAccess {
  const { urls, caFile, client, keepAliveSeconds } = config;
  return {
    urls,
    name: new URL(urls[0] as string).host,
    identity: identityOf(config),
    keepAliveSeconds,
    ...(caFile !== undefined && { ca: readTextFile(caFile) }),
    ...(client && { certificate: readTextFile(client.certificateFile), key: readTextFile(client.keyFile) }),
  };
}

function identityOf({ credsFile, nkeySeedFile, tokenFile, user }: NatsUplinkConfig): NatsIdentity {
  if (credsFile !== undefined) return { kind: "creds", creds: readTextFile(credsFile) };
  if (nkeySeedFile !== undefined) return { kind: "nkey", seed: readTextFile(nkeySeedFile).trim() };
  if (tokenFile !== undefined) return { kind: "token", token: readTextFile(tokenFile).trim() };
  if (user) return { kind: "user", user: user.name, password: readTextFile(user.passwordFile).trim() };
  return { kind: "none" };
}
