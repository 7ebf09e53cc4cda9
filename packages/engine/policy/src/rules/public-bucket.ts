import { parseJson } from "@infra/inventory";
import { z } from "zod";
import { type PlannedResource, writtenText } from "../plan.js";
import type { Objection, Rule } from "../rule.js";
import type { Value } from "../value.js";

const remedy = "Remove what makes it public, and hand out signed addresses to what must be read";
const everyone = /\b(?:allUsers|allAuthenticatedUsers)\b/;

/** How to tell that a type makes a bucket public. */
const signs: Readonly<Record<string, (resource: PlannedResource) => readonly Objection[]>> = {
  aws_s3_bucket_policy: policy,
  aws_s3_bucket_acl: ({ values }) => word(values.at("acl"), /^public/),
  minio_s3_bucket: ({ values }) => word(values.at("acl"), /^public/),
  minio_s3_bucket_policy: policy,
  digitalocean_spaces_bucket_policy: policy,
  google_storage_bucket_acl: ({ values }) => [
    ...word(values.at("predefined_acl"), /^public/),
    ...word(values.at("role_entity"), everyone),
  ],
  google_storage_default_object_acl: ({ values }) => word(values.at("role_entity"), everyone),
  google_storage_bucket_access_control: ({ values }) => word(values.at("entity"), everyone),
  google_storage_default_object_access_control: ({ values }) => word(values.at("entity"), everyone),
  google_storage_bucket_iam_policy: ({ values }) => word(values.at("policy_data"), everyone),
};

/** No bucket can be read or written by everyone; what Checkov does not look at. */
export const publicBucket: Rule = {
  id: "public-bucket",
  demands: "no bucket can be read or written by everyone",
  why: "names of buckets are guessed, and what was read once cannot be taken back",
  types: {
    aws: ["aws_s3_bucket_acl", "aws_s3_bucket_policy"],
    gcp: Object.keys(signs).filter((type) => type.startsWith("google_")),
    digitalocean: ["digitalocean_spaces_bucket_policy"],
    hetzner: ["minio_s3_bucket", "minio_s3_bucket_policy"],
  },
  check: (resource) => signs[resource.type]?.(resource) ?? [],
};

function word(value: Value, sign: RegExp): readonly Objection[] {
  if (value.hasUnknown) return [unknown];
  const found = value.texts().find((text) => sign.test(text));
  return found === undefined ? [] : [{ message: `the bucket is public: ${shorten(found)}`, remedy }];
}

const unknown: Objection = {
  message: "the plan does not know whether the bucket is public: that is known only after the apply",
  remedy: "Write values that are known when planning",
};

/** A policy in JSON that allows something to every principal. Where only ids in it are unknown, what is written decides. */
function policy(resource: PlannedResource): readonly Objection[] {
  const value = resource.values.at("policy");
  if (value.isMissing) return [];
  const statements = statementsOf(value.text() ?? writtenText(resource, "policy"));
  if (statements === undefined) return [unknown];
  const isPublic = statements.some(({ Effect, Principal, Condition }) => {
    const principals = typeof Principal === "object" ? Object.values(Principal).flat() : [Principal];
    return Effect === "Allow" && principals.includes("*") && Condition === undefined;
  });
  return isPublic ? [{ message: "the bucket is public: its policy allows something to everyone", remedy }] : [];
}

const statement = z.object({
  Effect: z.string().optional(),
  Principal: z.union([z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))]).optional(),
  Condition: z.unknown().optional(),
});
const policySchema = z.object({ Statement: z.union([statement, z.array(statement)]).default([]) });

function statementsOf(text: string | undefined): readonly z.output<typeof statement>[] | undefined {
  const { data } = policySchema.safeParse(parseJson(text ?? ""));
  return data && [data.Statement].flat();
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
