import { Dns } from "@infra/cloud-dns";
import type { DeploymentStack } from "@infra/core";
import { referenceTo } from "@infra/core/testing";

/** Names for the load balancer of another deployment; in YAML, `alias: { output: compute.loadBalancers.web.address }`. */
export function example(stack: DeploymentStack): Dns {
  const alias = referenceTo("compute.loadBalancers.web.address");
  return new Dns(stack, "dns", {
    zones: { main: { domain: "acme.example", records: { site: { name: "@", alias }, www: { alias } } } },
  });
}
