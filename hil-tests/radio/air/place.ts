/** A point in the plan of a building, in metres. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A straight wall; what passes through it loses so many decibels. */
export interface Wall {
  readonly from: Place;
  readonly to: Place;
  readonly attenuationDb: number;
}

/** The loss of all walls between two places. */
export function wallLossDb(walls: readonly Wall[], a: Place, b: Place): number {
  return walls.filter((wall) => cross(wall, a, b)).reduce((lossDb, { attenuationDb }) => lossDb + attenuationDb, 0);
}

export function distanceMetres(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** Whether a and b lie on two sides of the wall, and its ends on two sides of the line of sight. */
function cross({ from, to }: Wall, a: Place, b: Place): boolean {
  return side(from, to, a) * side(from, to, b) < 0 && side(a, b, from) * side(a, b, to) < 0;
}

/** Above zero to the left of the way from `from` to `to`, below to its right. */
function side(from: Place, to: Place, point: Place): number {
  return Math.sign((to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x));
}
