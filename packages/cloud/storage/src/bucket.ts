import { distinct, type Finding, mapOf, orReference, rule } from "@infra/inventory";
import { z } from "zod";

const days = () => z.int().min(1).max(36500);

/** What happens to objects of a bucket as they grow old. */
const lifecycleRule = rule(
  z.strictObject({
    prefix: z.string().min(1).max(1024).optional().describe("beginning of the names of its objects; by default all"),
    expireAfterDays: days().optional().describe("delete objects this many days after they were written"),
    noncurrentExpireAfterDays: days()
      .optional()
      .describe("delete old versions of objects this many days after a newer one came"),
    coolAfterDays: days()
      .min(30)
      .optional()
      .describe("move objects to a class for what is seldom read, 30 days or more after they were written"),
    archiveAfterDays: days()
      .min(30)
      .optional()
      .describe("move objects to an archive, 30 days or more after they were written, and after they became cool"),
    abortUploadsAfterDays: days()
      .optional()
      .describe("drop uploads in parts that were not finished after this many days"),
  }),
  findRuleProblems,
);

const corsRule = z.strictObject({
  origins: distinct(z.array(rule(z.string(), findOriginProblem)).min(1)).describe(
    'pages that may ask, as https://<host> or https://<host>:<port>; "*" for all',
  ),
  methods: distinct(z.array(z.enum(["GET", "HEAD", "PUT", "POST", "DELETE"])).min(1)).describe(
    "what they may do: GET, HEAD, PUT, POST, DELETE",
  ),
  headers: distinct(z.array(z.string().min(1)))
    .default([])
    .describe("headers that they may send and read"),
  maxAgeSeconds: z
    .int()
    .min(0)
    .max(86400)
    .default(3600)
    .describe("seconds that browsers keep the answer, a whole number from 0 to 86400"),
});

/** The text of a reference to a secret. */
const secret = rule(z.string(), (value) =>
  /^secret:\/\/[\w.-]+(?:\/[\w.-]+)*$/.test(value)
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not a reference to a secret`,
        remedy: "Write secret://<path>, and keep the credentials themselves out of the inventory",
      },
);

/** What a user may say of one bucket. */
export const bucketConfig = rule(
  z.strictObject({
    versioning: z
      .boolean()
      .optional()
      .describe("keep old versions of objects; by default true, with a retention lock where the cloud can do both"),
    lifecycle: mapOf(lifecycleRule)
      .default({})
      .describe("what happens to objects as they grow old, by name of the rule"),
    encryption: z
      .union([
        z.enum(["cloud"]),
        z.strictObject({
          key: orReference(z.string().min(1)).describe(
            "the cloud's id of the key, or { output: <deployment>.<output> }; its owner lets the cloud's storage use it",
          ),
        }),
      ])
      .optional()
      .describe(
        'what the cloud encrypts with: "cloud" for its own key, or { key }; by default its own where it has one',
      ),
    publicAccess: z
      .enum(["none", "read"])
      .default("none")
      .describe("read: everybody may read objects whose name they know; none: nobody without credentials"),
    cors: mapOf(corsRule).default({}).describe("what browsers may do from pages of other origins, by name of the rule"),
    replication: z
      .strictObject({
        to: orReference(z.string().min(1)).describe(
          "the id of the bucket that gets copies, or { output: <deployment>.buckets.<name>.id }",
        ),
        region: z.string().min(1).optional().describe("region of that bucket; by default the deployment's"),
      })
      .optional()
      .describe("another bucket that gets copies of new objects; by default none"),
    retentionLock: z
      .strictObject({
        days: days().describe("days after it was written in which an object cannot be changed or deleted"),
        mode: z
          .enum(["governance", "compliance"])
          .default("governance")
          .describe("governance: administrators can lift the lock; compliance: nobody can"),
      })
      .optional()
      .describe("a time in which nobody can delete objects; by default none"),
    forceDestroy: z
      .boolean()
      .default(false)
      .describe("delete the bucket though it holds objects, unless `deletionProtection` is on; on azure it always is"),
    credentials: secret
      .optional()
      .describe(
        "where its clients find credentials, as secret://<path>; by default secret://<product>/<environment>/<deployment>/<bucket>",
      ),
  }),
  findBucketProblems,
);

/** One bucket, checked and with its defaults. */
export type BucketConfig = z.output<typeof bucketConfig>;

/** A rule about old objects, checked. */
export type LifecycleRule = BucketConfig["lifecycle"][string];

/** A rule about pages of other origins, checked and with its defaults. */
export type CorsRule = BucketConfig["cors"][string];

function findOriginProblem(value: string): Finding | undefined {
  if (value === "*" || /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(value)) return undefined;
  return {
    message: `${JSON.stringify(value)} is not an origin`,
    remedy: 'Write https://<host> without a path, or "*" for all pages',
  };
}

/** Steps of an object's life, in the order in which they must come, with the days that must lie between two of them. */
const steps = [
  { key: "coolAfterDays", gap: 30 },
  { key: "archiveAfterDays", gap: 1 },
  { key: "expireAfterDays", gap: 0 },
] as const;

function findRuleProblems(lifecycle: LifecycleRuleInput): Finding[] {
  const actions = Object.entries(lifecycle).filter(([key, value]) => key !== "prefix" && value !== undefined);
  if (actions.length === 0)
    return [
      { message: "the rule says nothing about old objects", remedy: "Add `expireAfterDays: <days>`, or remove it" },
    ];
  const taken = steps.flatMap(({ key, gap }) => {
    const after = lifecycle[key];
    return after === undefined ? [] : [{ key, gap, after }];
  });
  return taken.slice(1).flatMap(({ key, after }, index) => {
    const before = taken[index];
    if (!before || after >= before.after + before.gap) return [];
    return [
      {
        message: `${String(after)} days are too few after ${before.key}: ${String(before.after)}`,
        remedy: `Write at least ${String(before.after + before.gap)}, or remove one of the two`,
        path: [key],
      },
    ];
  });
}

type LifecycleRuleInput = Readonly<Partial<Record<(typeof steps)[number]["key"], number | undefined>>>;

function findBucketProblems(bucket: BucketRest): Finding[] {
  const locked = bucket.forceDestroy && bucket.retentionLock;
  return [
    ...(bucket.versioning === false ? findVersionProblems(bucket) : []),
    ...(locked
      ? [
          {
            message: "objects under a retention lock cannot be deleted with their bucket",
            remedy: "Remove `forceDestroy`, or `retentionLock`",
            path: ["forceDestroy"],
          },
        ]
      : []),
  ];
}

/** What a bucket without old versions cannot do. */
function findVersionProblems({ lifecycle, replication }: BucketRest): Finding[] {
  const expiring = Object.keys(lifecycle).filter((name) => lifecycle[name]?.noncurrentExpireAfterDays !== undefined);
  const findings: Finding[] = expiring.map((name) => ({
    message: "the bucket keeps no old versions that could expire",
    remedy: "Remove `versioning: false`, or this line",
    path: ["lifecycle", name, "noncurrentExpireAfterDays"],
  }));
  if (replication)
    findings.push({
      message: "a bucket without versions cannot be replicated",
      remedy: "Remove `versioning: false`, or `replication`",
      path: ["replication"],
    });
  return findings;
}

/** The parts of a bucket that are compared with each other. */
interface BucketRest {
  readonly versioning?: boolean | undefined;
  readonly lifecycle: Readonly<Record<string, { readonly noncurrentExpireAfterDays?: number | undefined }>>;
  readonly replication?: object | undefined;
  readonly retentionLock?: object | undefined;
  readonly forceDestroy: boolean;
}
