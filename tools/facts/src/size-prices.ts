import type { ProviderName } from "@infra/inventory";
import type { PriceEntry, PriceTable } from "@infra/facts/prices";

/** The type of resource that a kind of server is bought with, and the attribute that names the kind. */
export const sizeAttributes: Readonly<Record<ProviderName, { readonly type: string; readonly attribute: string }>> = {
  aws: { type: "aws_instance", attribute: "instance_type" },
  gcp: { type: "google_compute_instance", attribute: "machine_type" },
  azure: { type: "azurerm_linux_virtual_machine", attribute: "size" },
  oracle: { type: "oci_core_instance", attribute: "shape" },
  hetzner: { type: "hcloud_server", attribute: "server_type" },
  heroku: { type: "heroku_formation", attribute: "size" },
  digitalocean: { type: "digitalocean_droplet", attribute: "size" },
};

/** The entries of a price list that are about a kind of server: one per region or group of regions, and per part. */
export function pricedIn(cloud: ProviderName, name: string, { prices }: PriceTable): PriceEntry[] {
  const { type, attribute } = sizeAttributes[cloud];
  return prices.filter((entry) => {
    const wanted = entry.when?.[attribute];
    return entry.type === type && (Array.isArray(wanted) ? wanted.includes(name) : wanted === name);
  });
}
