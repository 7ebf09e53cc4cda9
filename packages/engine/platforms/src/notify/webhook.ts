import { createHmac, randomUUID } from "node:crypto";
import { type NotifierSettings, SecretReference } from "@infra/inventory";
import { post } from "./http.js";
import type { Notifier, Reveal } from "./notifier.js";

/** The header with the signature of the body: `sha256=<hex>`. */
export const signatureHeader = "x-infra-signature-256";

/** Posts JSON: `{ id, version, product, verb, offline, url, happenings: [{ event, deployment, text, url }] }`. */
export function webhook(settings: Extract<NotifierSettings, { kind: "webhook" }>, reveal: Reveal): Notifier {
  const { url, secret, events } = settings;
  return {
    events,
    send: async (notice) => {
      const address = url instanceof SecretReference ? await reveal(url) : url;
      const body = { version: 1, id: randomUUID(), ...notice };
      const key = secret && (await reveal(secret));
      await post(address, body, key === undefined ? {} : { [signatureHeader]: signatureOf(JSON.stringify(body), key) });
    },
  };
}

function signatureOf(body: string, key: string): string {
  return `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
}
