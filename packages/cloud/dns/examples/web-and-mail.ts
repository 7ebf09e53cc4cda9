import { Dns } from "@infra/cloud-dns";
import type { DeploymentStack } from "@infra/core";

/** A web site with mail: every type of record. */
export function example(stack: DeploymentStack): Dns {
  return new Dns(stack, "dns", {
    zones: {
      main: {
        domain: "acme.example",
        records: {
          site: { name: "@", type: "A", values: ["192.0.2.10", "192.0.2.11"] },
          site6: { name: "@", type: "AAAA", values: ["2001:db8::10"] },
          www: { type: "CNAME", values: ["acme.example"] },
          mail: {
            name: "@",
            type: "MX",
            values: [
              { priority: 10, host: "mail.acme.example" },
              { priority: 20, host: "backup.mail.example" },
            ],
          },
          spf: { name: "@", type: "TXT", values: ["v=spf1 mx -all", "site-verification=4711"] },
          sip: {
            name: "_sip._tcp",
            type: "SRV",
            values: [{ priority: 10, weight: 5, port: 5060, target: "sip.acme.example" }],
          },
          authority: { name: "@", type: "CAA", values: [{ tag: "issue", value: "letsencrypt.org" }] },
          lab: { type: "NS", values: ["ns1.lab.example", "ns2.lab.example"], ttl: 3600 },
        },
      },
    },
  });
}
