import type { ICompute, ISsh } from "@infra/core";

/**
 * Lines for ~/.ssh/config: every server by its name, through the bastion when there is one.
 *
 * @param bastionAddress Public address of the bastion.
 */
export function clientConfig(
  servers: ICompute["groups"],
  { user }: Pick<ISsh, "user">,
  bastionAddress: string | undefined,
): string {
  return Object.values(servers)
    .flatMap((group) => Object.values(group))
    .map(({ name, privateIpv4, publicIpv4 }) =>
      [
        `Host ${name}`,
        `  HostName ${bastionAddress === undefined ? (publicIpv4 ?? privateIpv4) : privateIpv4}`,
        `  User ${user}`,
        ...(bastionAddress === undefined ? [] : [`  ProxyJump ${user}@${bastionAddress}`]),
        "",
      ].join("\n"),
    )
    .join("\n");
}
