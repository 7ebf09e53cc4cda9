import { Network } from "@infra/cloud-network";
import { type DeploymentStack, exampleId } from "@infra/core";

/** Private servers that reach the internet and another network, and know each other by name. */
export function example(stack: DeploymentStack): Network {
  // In YAML, the id that the cloud shows: vpc-0123456789abcdef0 on aws, projects/<project>/global/networks/<name> on gcp.
  const network = exampleId(stack.context.settings.provider, "network");
  return new Network(stack, "network", {
    cidr: "10.20.0.0/16",
    subnets: { default: {}, data: { public: false, zone: "a" } },
    nat: true,
    peering: { office: { network, cidr: "10.99.0.0/16" } },
    dnsSuffix: "acme.internal",
  });
}
