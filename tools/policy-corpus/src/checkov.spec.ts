import { ensureTool } from "@infra/toolchain";
import { execa } from "execa";
import { expect, it } from "vitest";
import { checkovChecks, runCheckov } from "@infra/policy";

it("chooses checks that the pinned Checkov has, each once", async () => {
  const { stdout } = await execa(await ensureTool("checkov"), ["--list", "--framework", "terraform"]);
  const known = new Set(stdout.match(/CKV2?_[A-Z]+_\d+/g));
  const chosen = checkovChecks.flatMap(({ ids }) => ids);
  expect(chosen.filter((id) => !known.has(id))).toEqual([]);
  expect(new Set(chosen).size).toBe(chosen.length);
}, 60_000);

const bucket = { address: "aws_s3_bucket.data", mode: "managed", type: "aws_s3_bucket", name: "data" };
const block = {
  address: "aws_s3_bucket_public_access_block.data",
  mode: "managed",
  type: "aws_s3_bucket_public_access_block",
  name: "data",
};
const closed = {
  block_public_acls: true,
  block_public_policy: true,
  ignore_public_acls: true,
  restrict_public_buckets: true,
};
const source = "registry.opentofu.org/hashicorp/aws";

/** A plan of a bucket, and perhaps of what keeps it private. */
function plan(...resources: readonly { resource: typeof bucket; values: object; expressions: object }[]): object {
  return {
    format_version: "1.2",
    terraform_version: "1.12.6",
    planned_values: {
      root_module: {
        resources: resources.map(({ resource, values }) => ({ ...resource, provider_name: source, values })),
      },
    },
    resource_changes: resources.map(({ resource, values }) => ({
      ...resource,
      provider_name: source,
      change: { actions: ["create"], before: null, after: values, after_unknown: { id: true } },
    })),
    configuration: {
      root_module: { resources: resources.map(({ resource, expressions }) => ({ ...resource, expressions })) },
    },
  };
}

it("keeps the plans of a run apart, also where their addresses are the same", async () => {
  const open = { resource: bucket, values: { bucket: "data" }, expressions: {} };
  const reference = { bucket: { references: ["aws_s3_bucket.data.id", "aws_s3_bucket.data"] } };
  const kept = { resource: block, values: closed, expressions: reference };
  const failure = { id: "CKV2_AWS_6", address: "aws_s3_bucket.data" };
  expect(await runCheckov(await ensureTool("checkov"), [plan(open), plan(open, kept), plan(open)])).toEqual([
    [failure],
    [],
    [failure],
  ]);
}, 60_000);

it("finds nothing in plans without resources", async () => {
  expect(await runCheckov(await ensureTool("checkov"), [plan()])).toEqual([[]]);
}, 60_000);
