/** The platforms that there are. */
export const platformNames = ["github", "gitlab"] as const;

/** One of them. */
export type PlatformName = (typeof platformNames)[number];
