import { z } from "zod";
import { denied, notFound, type SecretFailure, unavailable, wrong } from "../failure.js";
import { Api, type ApiAnswer, type ApiRequest } from "./http.js";

const errorsSchema = z.object({ errors: z.array(z.string()) });

/** The HTTP API of Vault. */
export class VaultApi {
  private readonly api: Api;

  constructor(
    address: string,
    private readonly namespace: string | undefined,
    certificates: string | undefined,
  ) {
    this.api = new Api(`${address.replace(/\/+$/, "")}/v1/`, certificates);
  }

  /** Sends a request. @throws SecretFailure when no answer comes */
  ask(
    method: NonNullable<ApiRequest["method"]>,
    path: string,
    { token, body, repeat }: { token?: string; body?: object } & Pick<ApiRequest, "repeat"> = {},
  ): Promise<ApiAnswer> {
    const headers = {
      "x-vault-request": "true",
      ...(this.namespace ? { "x-vault-namespace": this.namespace } : {}),
      ...(token ? { "x-vault-token": token } : {}),
    };
    return this.api.ask(path.split("/").map(encodeURIComponent).join("/"), { method, headers, body, repeat });
  }

  /** What an answer that is no success means. */
  failureOf(status: number, json: unknown, path: string): SecretFailure {
    const parsed = errorsSchema.safeParse(json);
    const text = (parsed.success ? parsed.data.errors.join("; ") : "").replaceAll(/\s+/g, " ").slice(0, 200);
    if (status === 404) return notFound(`${path} does not exist`, `Write it, for example with: infra secrets set`);
    if (status === 403)
      return denied(
        `the token may not use ${path}`,
        `Grant its policies the capability on ${path}, or use another one`,
      );
    const { sealed } = z.object({ sealed: z.boolean() }).safeParse(json).data ?? {};
    if (status === 503 && (sealed || /sealed/i.test(text)))
      return unavailable("it is sealed", "Unseal it: vault operator unseal");
    if (status === 501 || /not initialized/i.test(text))
      return unavailable("it is not initialised", "Initialise it: vault operator init");
    if (status === 429) return unavailable("it has too many requests", "Wait, or raise its rate limit");
    if (status >= 300 && status < 400)
      return unavailable("a standby node answered and sends elsewhere", "Name the active node in VAULT_ADDR");
    if (status === 412 || status >= 500)
      return unavailable(`it answered ${String(status)}${text ? `: ${text}` : ""}`, "Look at its log");
    return wrong(
      `${path} answered ${String(status)}${text ? `: ${text}` : ""}`,
      "Correct the path, or look at its log",
    );
  }

  close(): Promise<void> {
    return this.api.close();
  }
}
