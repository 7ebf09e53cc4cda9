import { type Finding, mapOf, name, rule } from "@infra/core";
import { z } from "zod";
import { parseIpv4 } from "./addresses.js";
import { imageNames } from "./images.js";
import { sizeNames } from "./sizes.js";

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
  (text) =>
    /^#(?:cloud-config\s|!)/.test(text)
      ? undefined
      : { message: "the text is not for cloud-init", remedy: "Begin it with #cloud-config or #!/bin/sh" },
);

const firstAddress = rule(z.string().describe("an IPv4 address inside the subnet, such as 10.20.0.10"), (text) =>
  parseIpv4(text) === undefined
    ? { message: `${JSON.stringify(text)} is not an IPv4 address`, remedy: "Write four numbers, such as 10.20.0.10" }
    : undefined,
);

const native = z
  .strictObject({
    aws: z.strictObject({ instanceType: z.string().min(1).describe("an instance type, such as m7i.large") }).optional(),
    hetzner: z.strictObject({ serverType: z.string().min(1).describe("a server type, such as ccx13") }).optional(),
  })
  .describe("what only one cloud understands; it replaces `size` there");

const group = z.strictObject({
  count: z.int().min(1).max(1000).default(1).describe("how many servers, a whole number from 1 to 1000"),
  size: z.enum(sizeNames).default("small").describe("size class: small, medium, large or xlarge"),
  native: native.optional().describe("what only one cloud understands; it replaces `size` there"),
  image: z.enum(imageNames).default("debian-12").describe("the operating system's image"),
  subnet: name().default("default").describe("name of the subnet that the servers join"),
  publicAddress: z.boolean().default(true).describe("do the servers get public addresses"),
  firstAddress: firstAddress
    .optional()
    .describe("private IPv4 address of the first server; the others count up; by default the cloud chooses"),
  placement: z.enum(["any", "spread"]).default("any").describe("spread: no two servers on one physical host"),
  volumes: mapOf(volume).default({}).describe("data volumes by name, one of each per server, unformatted"),
  cloudInit: cloudInitText
    .optional()
    .describe(
      "more for cloud-init at the first boot: #cloud-config or a script; a later change does not touch servers that exist",
    ),
  labels: z
    .record(z.string(), label)
    .default({})
    .describe("labels of the servers and volumes, besides the standard ones"),
  sshKeys: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("owners of the SSH keys that may log in, from the first boot on; by default all"),
});

/** A group of servers that are alike. */
export const groupConfig = rule(group, findGroupProblem);

/** A group of servers, checked and with its defaults. */
export type Group = z.output<typeof group>;

const reserved = ["product", "environment", "stack", "managed-by", "group", "Name"];

function findGroupProblem({ labels }: Group): Finding | undefined {
  const wrong = Object.keys(labels).find((key) => reserved.includes(key) || key === "" || !labelPattern.test(key));
  if (wrong === undefined) return undefined;
  return reserved.includes(wrong)
    ? { message: `the label ${wrong} is set by the system`, remedy: "Choose another name", path: ["labels", wrong] }
    : {
        message: `${JSON.stringify(wrong)} is not a name of a label`,
        remedy: "Use up to 63 letters, digits, dots, dashes and underscores",
        path: ["labels", wrong],
      };
}
