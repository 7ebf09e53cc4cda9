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

/** Two volumes whose names lead to the same device name. */
export function findSharedDevice(volumes: readonly string[]): readonly [string, string] | undefined {
  const known = new Map<string, string>();
  for (const volume of volumes) {
    const other = known.get(deviceOf(volume));
    if (other !== undefined) return [other, volume];
    known.set(deviceOf(volume), volume);
  }
  return undefined;
}
