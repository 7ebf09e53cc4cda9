import { z } from "zod";
import { mapOf, orSecret, secret } from "../schema.js";

/** What notifiers can be told. */
export const notifiedEvents = ["drift", "healed", "failed", "applied"] as const;

/** One of the things that notifiers can be told. */
export type NotifiedEvent = (typeof notifiedEvents)[number];

const events = z
  .array(z.enum(notifiedEvents))
  .min(1)
  .default(["drift", "healed", "failed"])
  .describe(
    "what it is told: drift (found, or other than before), healed, failed, applied; all but applied when left out",
  );

const address = z.email().describe("an e-mail address");

const webhook = z.strictObject({
  kind: z.literal("webhook"),
  url: orSecret(z.url({ protocol: /^https?$/ })).describe("where JSON is posted to"),
  secret: secret.optional().describe("key of the HMAC-SHA256 over the body, sent in the header X-Infra-Signature-256"),
  events,
});

const slack = z.strictObject({
  kind: z.literal("slack"),
  url: secret.describe("the incoming webhook of Slack or Mattermost; who knows it can write there"),
  events,
});

const email = z.strictObject({
  kind: z.literal("email"),
  host: z.string().min(1).describe("the SMTP server"),
  port: z.int().min(1).max(65535).default(587).describe("its port"),
  security: z
    .enum(["starttls", "tls", "none"])
    .default("starttls")
    .describe(
      "starttls: encrypted after a greeting; tls: from the beginning (port 465); none: for a server on this machine",
    ),
  user: z.string().min(1).optional().describe("name of the login; no login when left out"),
  password: secret.optional().describe("password of the login"),
  from: address,
  to: z.array(address).min(1).describe("e-mail addresses"),
  events,
});

/** `notify:` of product.yaml: who is told what, by a name of one's own. */
export const notifySchema = mapOf(z.discriminatedUnion("kind", [webhook, slack, email])).describe(
  "who is told of drift, failures and applies",
);

/** Who is told what, as product.yaml says it. */
export type NotifySettings = z.output<typeof notifySchema>;

/** One of those who are told. */
export type NotifierSettings = NotifySettings[string];
