import type { Attack } from "./attack.ts";

/** What docs/security.md says of an attack. */
export function guardRow({ name, section, guard }: Attack): string {
  return `| ${name} | ${section} | ${guard} |`;
}
