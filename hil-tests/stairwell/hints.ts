import type { Sights } from "./tour.ts";

const DOOR_COLUMNS = 12;

/** Lines to copy: what a visitor of the stairwell may try next. `folder` is its path, as short as it can be. */
export function hints(sights: Sights, folder: string): string[] {
  const { doors, backend, grantId } = sights;
  const { lock } = doors[0]!;
  const portvakt = (command: string) => `  npx portvakt ${command} --config ${folder}/portvakt.toml`;
  return [
    "From another terminal, in the same folder:",
    "",
    portvakt("locks"),
    ...(grantId === undefined ? [portvakt(`unlock ${doors[1]!.lock.lockId}`)] : []),
    portvakt("events --follow"),
    "",
    ...(grantId === undefined ? [] : fleetHints(sights, grantId, folder)),
    `The doors in a browser, to be handled by mouse or keyboard${grantId === undefined ? "; type the PIN that the command then shows" : ""}:`,
    "",
    ...doors.map(({ name, lock: { rigUrl } }) => `  ${name.padEnd(DOOR_COLUMNS)}${rigUrl}/`),
    "",
    ...(grantId === undefined
      ? [portvakt(`grant add --name Me --lock ${lock.lockId} --right unlock essential --pin`), ""]
      : []),
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
    "",
  ];
}
