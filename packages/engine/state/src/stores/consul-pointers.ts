import { parseJson } from "@infra/inventory";
import { z } from "zod";
import { type ConsulClient, ConsulFailure } from "../consul-client.js";
import type { PointerAuthority } from "./state-files.js";

const entries = z.array(z.looseObject({ ModifyIndex: z.int(), Value: z.string().nullable() })).min(1);
const failures = z.looseObject({ Errors: z.array(z.looseObject({ OpIndex: z.int() })).min(1) });

/** The current pointer of a deployment in Consul, replaced only by who holds the deployment's lock. */
export class ConsulPointers implements PointerAuthority {
  private readonly folder: string;

  constructor(
    private readonly client: ConsulClient,
    deployment: string,
    private readonly patienceMs?: number,
  ) {
    this.folder = `${client.settings.prefix}/${deployment}`;
  }

  async read(): Promise<{ text?: string; revision: number }> {
    const path = `kv/${encoded(`${this.folder}/pointer`)}?consistent`;
    const answer = await this.client.call({
      method: "GET",
      path,
      accept: [404],
      ...(this.patienceMs === undefined ? {} : { patienceMs: this.patienceMs }),
    });
    if (answer.status === 404) return { revision: 0 };
    const entry = entries.safeParse(parseJson(answer.text)).data?.[0];
    if (!entry) throw new ConsulFailure("Consul's answer is not a key with its value", answer.status);
    return { text: Buffer.from(entry.Value ?? "", "base64").toString("utf8"), revision: entry.ModifyIndex };
  }

  async commit(text: string, revision: number, token: string): Promise<"done" | "lock-lost" | "conflict"> {
    const value = Buffer.from(text).toString("base64");
    const operations = [
      { KV: { Verb: "check-session", Key: `${this.folder}/lock`, Session: token } },
      { KV: { Verb: "cas", Key: `${this.folder}/pointer`, Index: revision, Value: value } },
    ];
    const body = JSON.stringify(operations);
    const answer = await this.client.call({ method: "PUT", path: "txn", body, accept: [409] });
    if (answer.status === 200) return "done";
    // A transaction whose answer was lost has gone through, and can't a second time.
    if ((await this.read()).text === text) return "done";
    const failed = failures.safeParse(parseJson(answer.text)).data?.Errors[0]?.OpIndex;
    if (failed === undefined) throw new ConsulFailure(`Consul refused a write: ${answer.text.slice(0, 200)}`, 409);
    return failed === 0 ? "lock-lost" : "conflict";
  }
}

/** A key as part of a path. */
export function encoded(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
