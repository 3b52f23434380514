import type { FleetService } from "../api/services.ts";
import type { DocumentResult } from "./bundle.ts";
import type { BundleReading } from "./read-bundle.ts";

/** What has become of the documents that a backend sent over an uplink; of ones that can not be read, as a bundle. */
export async function takeDocuments(
  fleet: Pick<FleetService, "take">,
  reading: BundleReading,
): Promise<DocumentResult[]> {
  if (reading.ok) return fleet.take(reading.bundle);
  return [{ kind: "bundle", id: "", outcome: "refused", code: "malformed", sentence: `${reading.trouble}.` }];
}
