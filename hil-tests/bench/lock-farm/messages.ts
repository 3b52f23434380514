/** A lock as a farm tells of it, once, in an array of all. */
export interface FarmedLock {
  label: string;
  via: string;
}

/** To the farm: press the pairing button of the lock with this label. It answers with the same. */
export interface PressButton {
  label: string;
}
