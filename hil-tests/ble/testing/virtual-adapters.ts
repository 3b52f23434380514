import type { Controller } from "../../radio/controller.ts";
import { controllerAdapter } from "../../radio/loader/adapter.ts";
import { substituteHciSocket } from "../../radio/loader/substitute.ts";

let current: readonly Controller[] = [];

// noble keeps the socket that it found when it was loaded, for good: so what that leads to is changed instead.
substituteHciSocket((deviceId) => {
  const controller = current[deviceId];
  return controller && controllerAdapter(controller);
});

/** From now on these controllers are this process's hci0, hci1, …: for product code that loads noble by itself. */
export function plugIn(controllers: readonly Controller[]): void {
  current = controllers;
}
