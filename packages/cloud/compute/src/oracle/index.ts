import { type AdapterOf, type Construct, DeploymentStack, type ResolvedSize, type Zone } from "@infra/core";
import type { CoreInstancePool } from "@infra/provider-oci/lib/core-instance-pool";
import { DataOciCoreImages } from "@infra/provider-oci/lib/data-oci-core-images";
import { DataOciIdentityAvailabilityDomain } from "@infra/provider-oci/lib/data-oci-identity-availability-domain";
import type { ComputeContract } from "../contract.js";
import type { Group } from "../group.js";
import { ipv4Only } from "../ipv6.js";
import { checkGroup } from "./checks.js";
import { instance, type Kind } from "./instance.js";
import { loadBalancer } from "./load-balancer.js";
import { pool } from "./pool.js";
import { balancerSubnet, buildGroups, imageOf, sizeOf } from "../servers.js";

/** Instances of Oracle Cloud with encrypted disks, also on the way to them, and the metadata service in version 2 only. */
export const oracle: AdapterOf<ComputeContract> = {
  lacks: {
    ...ipv4Only("Oracle Cloud"),
  },
  build(scope, { groups }, { network, ...peers }) {
    return buildGroups(scope, groups, { network, ...peers }, (entry, group, name) => {
      checkGroup(entry, group);
      const kind = kindOf(entry, group, network.subnetZone(group.subnet));
      let made: CoreInstancePool | undefined;
      return {
        server: (plan) => instance(entry, plan, kind),
        pool: (plan) => (made = pool(entry, name, plan, kind)).id,
        loadBalancer: (config, { servers }) =>
          loadBalancer(entry, name, config, {
            servers,
            pool: made,
            network,
            subnet: balancerSubnet(entry, group, network),
          }),
      };
    });
  },
};

function kindOf(scope: Construct, group: Group, zone: Zone = "a"): Kind {
  const { account: compartmentId } = DeploymentStack.of(scope);
  const size = shapeOf(scope, group);
  return {
    compartmentId,
    availabilityDomain: new DataOciIdentityAvailabilityDomain(scope, "zone", {
      compartmentId,
      adNumber: "abc".indexOf(zone) + 1,
    }).name,
    shape: size.name,
    ...shapeConfig(size),
    imageId: imageId(scope, group, size.name),
  };
}

/** What `native` says, with what it wants of a flexible shape, or the first shape that is large enough. */
function shapeOf(scope: Construct, group: Group): ResolvedSize {
  const { shape, cores, memory } = group.native?.oracle ?? {};
  const size = sizeOf(scope, group, shape);
  if (shape === undefined) return size;
  return cores !== undefined && memory !== undefined ? { ...size, flexible: { units: cores, memory } } : size;
}

/** The smallest that a flexible shape takes is 1 GiB for each of its cores. */
function shapeConfig({ flexible }: ResolvedSize): Pick<Kind, "shapeConfig"> {
  if (!flexible) return {};
  return { shapeConfig: { ocpus: flexible.units, memoryInGbs: Math.max(flexible.memory, flexible.units) } };
}

/** The newest image, whose id differs from region to region. */
function imageId(scope: Construct, group: Group, shape: string): string {
  const images = new DataOciCoreImages(scope, "image", {
    compartmentId: DeploymentStack.of(scope).account,
    ...imageOf(scope, group),
    shape,
    state: "AVAILABLE",
    sortBy: "TIMECREATED",
    sortOrder: "DESC",
  });
  return images.images.get(0).id;
}
