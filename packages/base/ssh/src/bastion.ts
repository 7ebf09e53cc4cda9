/** The server that a bastion is, by cloud: the smallest that is worth having. Source and date: see the size table of @infra/cloud-compute. */
export const bastionServers = {
  aws: {
    instanceType: "t3.micro",
    /** Debian's account; https://wiki.debian.org/Cloud/AmazonEC2Image, read 2025-11. */
    imageOwner: "136693071363",
    imageName: "debian-12-amd64-*",
  },
  hetzner: { serverType: "cx23", image: "debian-12" },
} as const;
