import { Dns, dnsConfig } from "@infra/cloud-dns";
import { defineStack } from "@infra/core";

/** DNS zones and their records. */
export const dns = defineStack({
  config: dnsConfig,
  build: (stack, config) => ({ zones: new Dns(stack, "dns", config).zones }),
});
