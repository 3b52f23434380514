import type { Sights } from "./tour.ts";

const DOOR_COLUMNS = 12;

/** Lines to copy: what a visitor of the stairwell may try next. `folder` is its path, as short as it can be. */
export function hints(sights: Sights, folder: string): string[] {
  const { doors, backend } = sights;
  const { lock } = doors[0]!;
  const portvakt = (command: string) => `  npx portvakt ${command} --config ${folder}/portvakt.toml`;
  return [
    "From another terminal, in the same folder:",
    "",
    portvakt("locks"),
    portvakt("events --follow"),
    "",
    ...(sights.grantId === undefined ? aloneHints(sights, portvakt) : fleetHints(sights, sights.grantId, folder)),
    "",
    "The doors in a browser, to be handled by mouse or keyboard:",
    "",
    ...doors.map(({ name, lock: { rigUrl } }) => `  ${name.padEnd(DOOR_COLUMNS)}${rigUrl}/`),
    "",
    "The front door's lock from the inside, and a power cut of half a second:",
    "",
    `  curl ${lock.rigUrl}/v1/state`,
    `  curl --json '{"offMs": 500}' ${lock.rigUrl}/v1/power`,
    "",
    "What the event receiver holds and has verified; then make it fail, and mend it:",
    "",
    `  curl ${backend.url}/v1/locks/${lock.lockId}`,
    `  curl -X PUT --json '{"fault": "error"}' ${backend.url}/v1/fault`,
    `  curl -X PUT --json '{"fault": "none"}' ${backend.url}/v1/fault`,
    "",
    `Logs: ${folder}/logs/. Ctrl-C ends it all.`,
  ];
}

/** What a gateway with keys can do. */
function aloneHints({ doors }: Sights, portvakt: (command: string) => string): string[] {
  const [front, cellar] = [doors[0]!.lock, doors[1]!.lock];
  return [
    "Open the cellar; and get a PIN to type at the front door, which the command shows:",
    "",
    portvakt(`unlock ${cellar.lockId}`),
    portvakt(`grant add --name Me --lock ${front.lockId} --right unlock essential --pin`),
  ];
}

/** What the backend can do that the gateway can not. */
function fleetHints({ doors, backend, gateway }: Sights, grantId: string, folder: string): string[] {
  const { lockId } = doors[0]!.lock;
  return [
    "What the gateway reports of the front door; the resident's order, signed at the",
    "backend and carried by the gateway; the end of the resident's rights:",
    "",
    `  curl ${backend.url}/v1/locks/${lockId}/report`,
    `  curl --json '{"grantId": "${grantId}"}' ${backend.url}/v1/locks/${lockId}/orders |`,
    `    curl --json @- -H "authorization: Bearer $(cat ${folder}/gateway/api-token)" ${gateway.url}/v1/locks/${lockId}/orders`,
    `  curl -X DELETE ${backend.url}/v1/grants/${grantId}`,
  ];
}
