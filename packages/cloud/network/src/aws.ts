import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import {
  type AdapterOf,
  type Construct,
  DeploymentStack,
  type Finding,
  forEachEntry,
  InfraError,
  originOf,
  prefixOf,
  resourceName,
} from "@infra/core";
import { KnownNetwork } from "./known-network.js";
import type { NetworkContract } from "./network.js";
import { planSubnets } from "./plan.js";

/** A VPC. Public subnets reach the internet through its gateway; its default security group lets nothing through. */
export const aws: AdapterOf<NetworkContract> = {
  supports: { zones: true },
  build(scope, config) {
    const ranges = planSubnets(config);
    checkPrefixes(scope, { "": config.cidr, ...ranges });
    const region = regionOf(scope);
    const vpc = new Vpc(scope, "Default", {
      cidrBlock: config.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: resourceName(scope, []) },
    });
    new DefaultSecurityGroup(scope, "default_security_group", { vpcId: vpc.id, ingress: [], egress: [] });
    const routes = publicRoutes(scope, vpc);
    const subnets = forEachEntry(scope, ["subnets"], config.subnets, (entry, subnet, name) => {
      const range = ranges[name] ?? config.cidr;
      const resource = new Subnet(entry, "Default", {
        vpcId: vpc.id,
        cidrBlock: range,
        mapPublicIpOnLaunch: false,
        ...(subnet.zone ? { availabilityZone: `${region}${subnet.zone}` } : {}),
        tags: { Name: resourceName(entry, [name]) },
      });
      if (subnet.public)
        new RouteTableAssociation(resource, "Default", { subnetId: resource.id, routeTableId: routes.id });
      return { id: resource.id, cidr: range, public: subnet.public };
    });
    return new KnownNetwork(vpc.id, config.cidr, subnets);
  },
};

/** A region's name has a shape of its own; whether it exists, AWS says. */
function regionOf(scope: Construct): string {
  const stack = DeploymentStack.of(scope);
  const { region } = stack.context.settings;
  if (/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) return region;
  throw stack.settingError(
    "region",
    `${JSON.stringify(region)} is not a region of AWS`,
    "Write one such as eu-central-1",
  );
}

function publicRoutes(scope: Construct, vpc: Vpc): RouteTable {
  const gateway = new InternetGateway(scope, "internet_gateway", {
    vpcId: vpc.id,
    tags: { Name: resourceName(scope, []) },
  });
  return new RouteTable(scope, "route_table", {
    vpcId: vpc.id,
    route: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }],
    tags: { Name: resourceName(scope, ["public"]) },
  });
}

/** AWS takes networks and subnets of /16 to /28. */
function checkPrefixes(scope: Construct, ranges: Readonly<Record<string, string>>): void {
  const findings = Object.entries(ranges).flatMap(([name, range]): Finding[] =>
    prefixOf(range) >= 16
      ? []
      : [
          {
            message: `aws: ${JSON.stringify(range)} is larger than a /16`,
            remedy: "Choose a prefix between /16 and /28",
            path: name ? ["subnets", name, "cidr"] : ["cidr"],
          },
        ],
  );
  if (findings.length > 0) {
    const around = originOf(scope);
    throw new InfraError(
      findings.map(({ message, remedy, path }) => ({ message, remedy, path: [...around, ...(path ?? [])].join(".") })),
    );
  }
}
