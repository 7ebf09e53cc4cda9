import type { Finding } from "@infra/policy";
import type { Report, ReportedDeployment } from "@infra/report";
import type { Counts, DeploymentResult, Verb } from "@infra/results";

/** A deployment of a report, with what a test does not care for filled in. */
export function deployment(id: string, more: Partial<ReportedDeployment> = {}): ReportedDeployment {
  const [environment = "", name = ""] = id.split("/");
  const counts: Counts = { create: 0, update: 0, replace: 0, delete: 0 };
  const origin = {
    references: [],
    files: ["inventory/product.yaml", `inventory/${environment}/environment.yaml`, `inventory/${id}.yaml`],
    package: `@infra/stack-${name}`,
  };
  return {
    ...{ id, environment, name, stack: name, provider: "hetzner", status: "unchanged", counts, origin },
    ...{ changes: [], seconds: 1.25, problems: [], notes: [], text: "" },
    ...more,
  };
}

/** What the policy refuses, with what a test does not care for filled in. */
export function finding(rule: string, more: Partial<Finding> = {}): Finding {
  return {
    ...{ rule, level: "error", address: "hcloud_firewall.compute", message: "SSH is open to the internet" },
    remedy: "List the networks that you connect from, or use a bastion",
    ...more,
  };
}

/** A report of deployments. */
export function reportOn(results: readonly ReportedDeployment[], more: Partial<Report> = {}): Report {
  return { verb: "plan" satisfies Verb, results, offline: false, exitCode: 0, ...more };
}

/** Texts that Markdown, HTML, XML, platforms or terminals would take for something else. */
export const hostile = [
  "<script>globalThis.hacked = 1</script>",
  "<img src=x onerror=globalThis.hacked=1>",
  "</code></details></table><h1>canary</h1>",
  "`` ` ``` ````\n```\n# canary",
  "a | b \\| c | d",
  "@canary-user and #1, !2, owner/repository#3",
  "[canary](https://canary.example) ![canary](https://canary.example/x.png) https://canary.example www.canary.example",
  "<!-- infra:canary --> --> <!--",
  "line\n/close\n/merge\r\n> quote\n- list",
  "\u001b[31mred\u001b[0m \u001b]8;;https://canary.example\u0007link\u001b]8;;\u0007",
  "turned \u202egnirts\u202c, hidden \u200b\u2060, \u0000 \ud800",
  "]]>&amp;<![CDATA[ &lt;canary&gt; *bold* _soft_ ~~gone~~ $x$ :tada:",
] as const;

/** A run with everything in it: what is lost, changed, waiting, failed and unchanged, and texts that mean no good. */
export function richReport(): Report {
  return reportOn(richResults(), {
    exitCode: 1,
    commit: "0123456789abcdef0123456789abcdef01234567",
    time: "2026-11-21T15:50:00.000Z",
    notes: ["a credential could not be revoked: it ends by itself in an hour"],
  });
}

function richResults(): ReportedDeployment[] {
  return [
    deployment("production/network", { causes: [] }),
    compute(),
    deployment("production/jobs", {
      stack: "compute",
      status: "changed",
      counts: { create: 2, update: 0, replace: 0, delete: 0 },
      changes: [1, 2].map((index) => ({
        address: `hcloud_server.compute_jobs_${String(index)}`,
        action: "create" as const,
        place: place("production/jobs", 4),
      })),
      origin: originOf("production/jobs", "production/network", "production/compute"),
      causes: [{ kind: "package", name: "@infra/cloud-compute", before: "1.2.0", after: "1.3.0" }],
    }),
    deployment("production/outputs", { status: "changed" }),
    deployment("staging/compute", {
      status: "failed",
      problems: [
        {
          message: '"medum" is not a size',
          remedy: 'Did you mean "medium"?',
          path: "groups.web.size",
          place: { file: "inventory/staging/compute.yaml", line: 14, column: 11 },
        },
        { message: hostile.join("\n"), remedy: "Look at it" },
      ],
      findings: [
        finding("open-ssh", { place: { file: "inventory/staging/compute.yaml", line: 30, column: 11 } }),
        finding("CKV_AWS_24", { message: hostile[2] }),
      ],
    }),
    deployment("staging/jobs", {
      status: "waiting",
      problems: [{ message: "staging/compute was never applied", remedy: "Apply it first" }],
      origin: originOf("staging/jobs", "staging/compute"),
    }),
    ...["dns", "storage", "vault"].map((name) => deployment(`staging/${name}`)),
  ];
}

function compute(): ReportedDeployment {
  const attributes = [
    { path: "server_type", before: '"cx22"', after: '"cx32"' },
    { path: "labels.note", before: "null", after: JSON.stringify(hostile[0]) },
    { path: "user_data", before: "(sensitive)", after: "(sensitive)" },
  ];
  return deployment("production/compute", {
    status: "changed",
    counts: { create: 1, update: 1, replace: 1, delete: 1 },
    changes: [
      { address: "hcloud_server.compute_web_3", action: "create", place: place("production/compute", 14) },
      {
        address: "hcloud_server.compute_web_1",
        action: "update",
        place: place("production/compute", 14),
        attributes,
      },
      {
        address: "hcloud_volume.compute_data",
        action: "replace",
        place: place("production/compute", 21),
        attributes: [{ path: "size", before: "20", after: "10" }],
      },
      { address: "hcloud_server.compute_old_1", action: "delete" },
    ],
    origin: originOf("production/compute", "production/network"),
    causes: [
      { kind: "file", file: "inventory/production/compute.yaml" },
      { kind: "package", name: "@infra/cloud-compute", before: "1.2.0", after: "1.3.0" },
    ],
    notes: ["took over the lock of a run that is gone"],
  });
}

function place(id: string, line: number): string {
  return `inventory/${id}.yaml:${String(line)}`;
}

function originOf(id: string, ...references: string[]): NonNullable<ReportedDeployment["origin"]> {
  const { origin } = deployment(id);
  return { files: [], package: "", ...origin, references };
}

/** A run of many deployments, nearly all of which change, in products of ten. */
export function largeReport(size: number): Report {
  const statuses: DeploymentResult["status"][] = [
    "changed",
    "changed",
    "changed",
    "changed",
    "changed",
    "changed",
    "failed",
  ];
  const results = Array.from({ length: size }, (_, index) => {
    const product = Math.floor(index / 10);
    const id = `product-${String(product)}/stack-${String(index % 10)}`;
    const status = statuses[index % statuses.length] ?? "changed";
    const changes = Array.from({ length: 8 }, (_, change) => ({
      address: `hcloud_server.compute_web_${String(change)}`,
      action: change === 7 && index % 30 === 0 ? ("delete" as const) : ("update" as const),
      place: `inventory/${id}.yaml:${String(change + 3)}`,
      attributes: [{ path: "server_type", before: '"cx22"', after: '"cx32"' }],
    }));
    const lost = changes.filter(({ action }) => action === "delete").length;
    return deployment(id, {
      status,
      origin: originOf(id, ...(index % 10 === 0 ? [] : [`product-${String(product)}/stack-0`])),
      ...(status === "failed"
        ? { problems: [{ message: "the quota of servers is used up", remedy: "Ask for more" }] }
        : { changes, counts: { create: 0, update: 8 - lost, replace: 0, delete: lost } }),
    });
  });
  return reportOn(results, { exitCode: 1, time: "2026-11-21T15:50:00.000Z" });
}
