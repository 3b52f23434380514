import type { Controller } from "../controller.ts";
import { controllerAdapter } from "../loader/adapter.ts";
import { loadFresh } from "../loader/substitute.ts";

export type NobleFork = "@abandonware/noble" | "@stoprocent/noble";

export const NOBLE_FORKS: readonly NobleFork[] = ["@abandonware/noble", "@stoprocent/noble"];

/** Both forks have the face that @abandonware/noble describes. */
export type Noble = typeof import("@abandonware/noble");

/** An unmodified noble of its own, with this controller as its only adapter. */
export function freshNoble(fork: NobleFork, controller: Controller): Noble {
  return loadFresh(fork, () => controllerAdapter(controller)) as Noble;
}

export type Bleno = typeof import("@abandonware/bleno");

/** An unmodified bleno of its own, with this controller as its only adapter. */
export function freshBleno(controller: Controller): Bleno {
  return loadFresh("@abandonware/bleno", () => controllerAdapter(controller)) as Bleno;
}

// Each of them listens for the end of the process, and never stops to.
process.setMaxListeners(0);
