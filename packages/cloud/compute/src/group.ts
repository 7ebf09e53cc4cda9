import { imageNames, sizeClasses } from "@infra/core";
import { distinct, type Finding, mapOf, name, rule } from "@infra/inventory";
import { z } from "zod";
import { parseIpv4 } from "./addresses.js";
import { autoscaling } from "./autoscaling.js";
import { findCloudInitProblem } from "./cloud-init-text.js";
import { loadBalancer } from "./load-balancer.js";

const sizeNames = Object.keys(sizeClasses) as (keyof typeof sizeClasses)[];

const volume = z.strictObject({
  size: z.int().min(10).max(10_240).describe("size in GiB, a whole number from 10 to 10240"),
});

const labelPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

const label = rule(z.string(), (value) =>
  labelPattern.test(value)
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not a label`,
        remedy: "Use up to 63 letters, digits, dots, dashes and underscores; begin and end with a letter or digit",
      },
);

const cloudInitText = rule(
  z.string().max(8192).describe("more for cloud-init at the first boot of a server, 8192 characters at most"),
  findCloudInitProblem,
);

const firstAddress = rule(z.string().describe("an IPv4 address inside the subnet, such as 10.20.0.10"), (text) =>
  parseIpv4(text) === undefined
    ? { message: `${JSON.stringify(text)} is not an IPv4 address`, remedy: "Write four numbers, such as 10.20.0.10" }
    : undefined,
);

const nativeWord = (example: string) =>
  z.string().min(1).describe(`the cloud's own name of a kind of server, such as ${example}`);

const native = z.strictObject({
  aws: z.strictObject({ instanceType: nativeWord("m7i.large") }).optional(),
  gcp: z.strictObject({ machineType: nativeWord("n2-standard-4") }).optional(),
  azure: z.strictObject({ vmSize: nativeWord("Standard_D2s_v5") }).optional(),
  oracle: z
    .strictObject({
      shape: nativeWord("VM.Standard.E5.Flex"),
      cores: z.int().min(1).optional().describe("cores (OCPUs) of a flexible shape; required for one"),
      memory: z.int().min(1).optional().describe("memory of a flexible shape in GiB; required for one"),
    })
    .optional(),
  hetzner: z.strictObject({ serverType: nativeWord("ccx13") }).optional(),
  heroku: z.strictObject({ dynoType: nativeWord("private-m") }).optional(),
  digitalocean: z.strictObject({ size: nativeWord("c-4") }).optional(),
});

const needs = z.strictObject({
  cpus: z.int().min(1).max(256).describe("at least this many virtual CPUs"),
  memory: z.number().min(0.5).max(4096).describe("at least this much memory in GiB"),
});

/** The cloud's own names of kinds of servers, in the order in which they are wanted. */
const kinds = z
  .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/))
  .min(1)
  .max(20)
  .describe("names of kinds of servers such as [cpx22, cx23], 1 to 20");

const group = z.strictObject({
  count: z.int().min(1).max(1000).optional().describe("how many servers, a whole number from 1 to 1000; by default 1"),
  size: z
    .union([z.enum(sizeNames), needs, kinds])
    .default("small")
    .describe(
      `size class: ${sizeNames.join(", ")}; { cpus, memory } for the first kind that has as much; or the cloud's own names of kinds, of which the first that can be ordered is taken`,
    ),
  native: native.optional().describe("what only one cloud understands; it replaces `size` there"),
  image: z
    .enum(imageNames)
    .optional()
    .describe("the operating system's image; by default debian-13, on oracle ubuntu-24.04"),
  architecture: z.enum(["amd64", "arm64"]).default("amd64").describe("the processor: amd64 or arm64"),
  subnet: name().default("default").describe("name of the subnet that the servers join"),
  publicAddress: z.boolean().default(true).describe("do the servers get public addresses"),
  ipv6: z
    .enum(["none", "public", "private"])
    .optional()
    .describe(
      "IPv6 addresses besides the IPv4 ones: none, public or private; by default public where the cloud gives them with a public address",
    ),
  firstAddress: firstAddress
    .optional()
    .describe("private IPv4 address of the first server; the others count up; by default the cloud chooses"),
  placement: z.enum(["any", "spread"]).default("any").describe("spread: no two servers on one physical host"),
  volumes: mapOf(volume).default({}).describe("data volumes by name, one of each per server, unformatted"),
  loadBalancer: loadBalancer.optional().describe("what spreads traffic over the servers; by default there is none"),
  autoscaling: autoscaling
    .optional()
    .describe("let the cloud decide how many servers there are; by default `count` says it"),
  cloudInit: cloudInitText
    .optional()
    .describe(
      "more for cloud-init at the first boot: #cloud-config or a script; a later change does not touch servers that exist",
    ),
  labels: z
    .record(z.string(), label)
    .default({})
    .describe("labels of the servers and volumes, besides the standard ones"),
  sshKeys: distinct(z.array(z.string()).min(1))
    .optional()
    .describe("owners of the SSH keys that may log in, from the first boot on; by default all"),
});

/** A group of servers that are alike. */
export const groupConfig = rule(group, (config) => [
  ...findLabelProblems(config),
  ...findScalingProblems(config),
  ...findIpv6Problems(config),
]);

/** A group of servers, checked and with its defaults. */
export type Group = z.output<typeof group>;

/** Labels that the system sets. */
export const reserved = ["product", "environment", "stack", "managed-by", "group", "Name"];

function findLabelProblems({ labels }: Group): Finding[] {
  return Object.keys(labels).flatMap((key) => {
    if (reserved.includes(key))
      return { message: `the label ${key} is set by the system`, remedy: "Choose another name", path: ["labels", key] };
    return key !== "" && labelPattern.test(key)
      ? []
      : {
          message: `${JSON.stringify(key)} is not a name of a label`,
          remedy: "Use up to 63 letters, digits, dots, dashes and underscores",
          path: ["labels", key],
        };
  });
}

/** Servers that come and go by themselves are alike: none has a number, an address or disks of its own. */
function findScalingProblems(config: Group): Finding[] {
  if (!config.autoscaling) return [];
  const { count, firstAddress: address, volumes, placement } = config;
  const clashes = {
    count: count !== undefined,
    firstAddress: address !== undefined,
    volumes: Object.keys(volumes).length > 0,
    placement: placement === "spread",
  };
  return Object.entries(clashes).flatMap(([key, clash]) =>
    clash
      ? {
          message: `\`${key}\` and \`autoscaling\` exclude each other`,
          remedy: `Remove \`${key}\`, or \`autoscaling\``,
          path: [key],
        }
      : [],
  );
}

function findIpv6Problems({ ipv6, publicAddress }: Group): Finding[] {
  if (ipv6 !== "public" || publicAddress) return [];
  const message = "`ipv6: public` and `publicAddress: false` exclude each other";
  return [{ message, remedy: "Write `publicAddress: true`, or another `ipv6`", path: ["ipv6"] }];
}
