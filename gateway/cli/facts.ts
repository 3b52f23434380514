/** What something has, one fact to a line, as `Name:         value`. */
export function factLines(facts: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...facts.map(([name]) => name.length)) + 3;
  return facts.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`);
}
