import type { dnsStackConfig } from "@infra/stack-dns";
import type { z } from "zod";

/** A web site with mail. The same in YAML is the `config:` of an inventory file. */
export const config: z.input<typeof dnsStackConfig> = {
  zones: {
    main: {
      domain: "acme.example",
      records: {
        site: { name: "@", alias: "192.0.2.10" },
        www: { type: "CNAME", values: ["acme.example"] },
        mail: { name: "@", type: "MX", values: [{ priority: 10, host: "mail.acme.example" }] },
        spf: { name: "@", type: "TXT", values: ["v=spf1 mx -all"] },
      },
    },
  },
};
