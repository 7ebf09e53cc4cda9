import { createHash } from "node:crypto";

/**
 * Device names that AWS takes for data volumes.
 *
 * To be checked against https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html.
 */
const devices = [..."bc"].flatMap((first) =>
  [..."abcdefghijklmnopqrstuvwxyz"].map((last) => `/dev/xvd${first}${last}`),
);

/** The device name of a volume. The volume's name decides it, so that adding a volume moves no other. */
export function deviceOf(volume: string): string {
  const index = createHash("sha256").update(volume).digest().readUInt32BE(0) % devices.length;
  return devices[index] ?? "/dev/xvdba";
}

/** Logical unit numbers that azure takes: 0 to 63; to be checked against https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update. */
const units = 64;

/** The logical unit number of a volume on azure; its name decides it. */
export function unitOf(volume: string): number {
  return createHash("sha256").update(volume).digest().readUInt32BE(0) % units;
}

/** Two volumes whose names lead to the same place. @param placeOf The place of a volume. @default - its device name */
export function findSharedDevice(
  volumes: readonly string[],
  placeOf: (volume: string) => string | number = deviceOf,
): readonly [string, string] | undefined {
  const known = new Map<string | number, string>();
  for (const volume of volumes) {
    const place = placeOf(volume);
    const other = known.get(place);
    if (other !== undefined) return [other, volume];
    known.set(place, volume);
  }
  return undefined;
}
