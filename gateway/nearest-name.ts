/** The one of `names` that takes the fewest edits to become from `name` (Levenshtein). */
export function nearestName(name: string, names: readonly string[]): string {
  return names.reduce((best, candidate) => (editCount(name, candidate) < editCount(name, best) ? candidate : best));
}

function editCount(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
