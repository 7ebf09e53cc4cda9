/**
 * Size classes: at least this many virtual CPUs and this much memory, on every cloud.
 *
 * Not verified against a live account. To be checked against https://www.hetzner.com/cloud, https://docs.hetzner.cloud/changelog#2025-10-16-server-types-deprecated,
 * https://aws.amazon.com/ec2/instance-types/.
 */
export const sizes = {
  small: { cpus: 2, memory: 4, aws: "t3.medium", hetzner: { europe: "cx23", elsewhere: "cpx21" } },
  medium: { cpus: 4, memory: 8, aws: "c6i.xlarge", hetzner: { europe: "cx33", elsewhere: "cpx31" } },
  large: { cpus: 8, memory: 16, aws: "c6i.2xlarge", hetzner: { europe: "cx43", elsewhere: "cpx41" } },
  xlarge: { cpus: 16, memory: 32, aws: "c6i.4xlarge", hetzner: { europe: "cx53", elsewhere: "cpx51" } },
} as const;

/** The word for a size class. */
export type Size = keyof typeof sizes;

/** All words for size classes. */
export const sizeNames = Object.keys(sizes) as [Size, ...Size[]];

/** Locations of Hetzner that have the types of the column `europe`. */
export const europeanLocations: readonly string[] = ["fsn1", "hel1", "nbg1"];
