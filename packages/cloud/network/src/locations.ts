/**
 * Hetzner's locations and the network zone that each belongs to.
 *
 * Not verified against a live account. To be checked against https://docs.hetzner.com/cloud/general/locations/.
 */
export const networkZones: Readonly<Record<string, string>> = {
  ash: "us-east",
  fsn1: "eu-central",
  hel1: "eu-central",
  hil: "us-west",
  nbg1: "eu-central",
  sin: "ap-southeast",
};
