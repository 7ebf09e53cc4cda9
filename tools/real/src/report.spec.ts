import { expect, it } from "vitest";
import { unreachableReason } from "./reason.js";
import { type CloudReport, renderReports } from "./report.js";

const clean: CloudReport = {
  provider: "hetzner",
  examples: 9,
  validated: 9,
  planned: 7,
  invalid: [],
  notPlanned: [
    { example: "compute/groups", message: "it needs an account" },
    { example: "compute/plain", message: "it needs an account" },
  ],
  notReachable: [],
};
const missing = { example: "network/subnets", message: "hashicorp/aws: registry.opentofu.org has no address here" };

it("says in one line per cloud what its provider says of the examples", () => {
  const aws = { ...clean, provider: "aws", examples: 1, validated: 0, planned: 0, notReachable: [missing] } as const;
  expect(renderReports([clean, { ...aws, notPlanned: [] }])).toBe(
    [
      "hetzner:       validated 9 of 9, planned 7 of 9",
      "aws:           not reachable (hashicorp/aws: registry.opentofu.org has no address here)",
      "",
      "hetzner: not planned: compute/groups, compute/plain (it needs an account)",
      "",
    ].join("\n"),
  );
});

it("counts what is invalid, and what could not be had, apart", () => {
  const invalid = [{ example: "firewall/web", message: "hcloud_firewall.web: no port" }];
  const report = { ...clean, validated: 7, planned: 7, invalid, notPlanned: [], notReachable: [missing] };
  expect(renderReports([report])).toBe(
    [
      `hetzner:       validated 7 of 9, planned 7 of 9, 1 invalid, 1 not reachable (${missing.message})`,
      "",
      "hetzner: firewall/web is invalid: hcloud_firewall.web: no port",
      "",
    ].join("\n"),
  );
});

it.each([
  [
    "dial tcp: lookup registry.opentofu.org on 127.0.0.53:53: no such host",
    "registry.opentofu.org has no address here",
  ],
  ["dial tcp 10.0.0.1:443: connect: connection refused", "10.0.0.1:443 refuses connections"],
  [
    "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
    "the registry did not answer in time",
  ],
  ["the request failed: 503 Service Unavailable", "the registry answers 503"],
])("knows from %j that something is not reachable", (text, reason) => {
  expect(unreachableReason(text)).toBe(reason);
});

it.each(["no available releases match the given constraints 1.57.0", "checksum mismatch", "Unsupported argument"])(
  "does not take %j for it",
  (text) => {
    expect(unreachableReason(text)).toBeUndefined();
  },
);
