import { RequestRefused } from "../../../gateway/api/services.ts";
import type { Composed } from "../../../gateway/compose.ts";
import { StoreError } from "../../../gateway/store/store-error.ts";
import type { Clock } from "../../../protocol/clock.ts";
import type { Chance } from "../chance.ts";
import type { Happening } from "../happening.ts";
import type { SimLock } from "../sim-lock.ts";
import type { SimSite } from "../sim-site.ts";

/** What somebody at a door has to do with. */
export interface Door {
  lock: SimLock;
  site: SimSite;
  clock: Clock;
  chance: Chance;
  tell: (happening: Happening) => void;
  /** Whether faults and people have come to an end. */
  isOver: () => boolean;
}

/** Does something again and again, with waits around `everyMs` between, until the end. */
export function again(life: Pick<Door, "clock" | "chance" | "isOver">, everyMs: number, work: () => void): void {
  life.clock.schedule(life.chance.around(everyMs), () => {
    if (life.isOver()) return;
    work();
    again(life, everyMs, work);
  });
}

/**
 * Asks the gateway that runs now, if one does, and takes what it answers; one that is killed meanwhile never answers. Refusals and
 * trouble with the disk are answers too, everything else is a mistake of the gateway's.
 */
export function ask<T>(
  { site, tell }: Pick<Door, "site" | "tell">,
  request: (gateway: Composed) => Promise<T>,
  answered: (answer: T) => void = () => {},
): void {
  const process = site.process;
  if (!process) return;
  request(process.composed).then(
    (answer) => {
      if (!process.isDead) answered(answer);
    },
    (error: unknown) => {
      if (process.isDead || error instanceof RequestRefused || error instanceof StoreError) return;
      tell({ kind: "crashed", where: `gateway ${site.index}`, why: String(error) });
    },
  );
}
