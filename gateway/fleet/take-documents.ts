import type { FleetService } from "../api/services.ts";
import type { DocumentResult } from "./bundle.ts";
import type { BundleReading } from "./read-bundle.ts";

/** What has become of the documents that a backend sent over an uplink; of ones that can not be read, as a bundle. */
export async function takeDocuments(
  fleet: Pick<FleetService, "take" | "unreadable">,
  reading: BundleReading,
): Promise<DocumentResult[]> {
  return reading.ok ? fleet.take(reading.bundle) : fleet.unreadable(reading.trouble);
}
