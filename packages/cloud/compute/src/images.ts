/**
 * Images by name: the name at Hetzner, and the owner and name of the newest image at AWS.
 *
 * Not verified against a live account. To be checked against `hcloud image list --type system`, https://wiki.debian.org/Cloud/AmazonEC2Image,
 * https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/, https://rockylinux.org/download.
 */
export const images = {
  "debian-12": { hetzner: "debian-12", aws: { owner: "136693071363", name: "debian-12-amd64-*" } },
  "debian-13": { hetzner: "debian-13", aws: { owner: "136693071363", name: "debian-13-amd64-*" } },
  "rocky-9": { hetzner: "rocky-9", aws: { owner: "792107900819", name: "Rocky-9-EC2-Base-9.*.x86_64" } },
  "ubuntu-22.04": {
    hetzner: "ubuntu-22.04",
    aws: { owner: "099720109477", name: "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*" },
  },
  "ubuntu-24.04": {
    hetzner: "ubuntu-24.04",
    aws: { owner: "099720109477", name: "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*" },
  },
} as const;

/** The word for an image. */
export type Image = keyof typeof images;

/** All words for images. */
export const imageNames = Object.keys(images) as [Image, ...Image[]];
