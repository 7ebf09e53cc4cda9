/** The clouds that tables exist for, by the word that the inventory uses. */
export const cloudNames = ["aws", "gcp", "azure", "oracle", "hetzner", "heroku", "digitalocean"] as const;

/** The word for a cloud. */
export type CloudName = (typeof cloudNames)[number];
