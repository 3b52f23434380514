import type { PrivacyButton } from "../hal.ts";

/** A switch, off until somebody turns it on. It stays as it is when power goes. */
export class EmulatedPrivacyButton implements PrivacyButton {
  #isOn = false;

  isOn(): boolean {
    return this.#isOn;
  }

  set(isOn: boolean): void {
    this.#isOn = isOn;
  }
}
