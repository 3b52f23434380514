import type { Sights } from "./tour.ts";

const DOOR_COLUMNS = 12;

/** Lines to copy: what a visitor of the stairwell may try next. `folder` is its path, as short as it can be. */
export function hints({ doors, backend }: Sights, folder: string): string[] {
  const [{ lock }, cellar] = [doors[0]!, doors[1]!];
  const portvakt = (command: string) => `  npx portvakt ${command} --config ${folder}/portvakt.toml`;
  return [
    "From another terminal, in the same folder:",
    "",
    portvakt("locks"),
    portvakt(`unlock ${cellar.lock.lockId}`),
    portvakt("events --follow"),
    "",
    "The doors in a browser, to be handled by mouse or keyboard; type the PIN that the command then shows:",
    "",
    ...doors.map(({ name, lock: { rigUrl } }) => `  ${name.padEnd(DOOR_COLUMNS)}${rigUrl}/`),
    "",
    portvakt(`grant add --name Me --lock ${lock.lockId} --right unlock essential --pin`),
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
