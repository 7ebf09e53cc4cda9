import { infraError } from "@infra/inventory";
import { z } from "zod";
import { RestApi } from "../clients/rest.js";

/** Milliseconds for which a message is sent again to a server that is broken. */
const patienceMs = 20_000;

/** Posts JSON. The address may be a secret: no error has more of it than its host. @throws InfraError when it is not taken */
export async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  if (!URL.canParse(url)) throw infraError("its address is no URL", "Correct the secret that holds it");
  const api = new RestApi({
    name: "the server",
    base: url,
    headers,
    token: "",
    isAddressSecret: true,
    patienceMs,
    remedies: {
      unauthorized: "Correct its address or its secret",
      forbidden: "Correct its address or its secret",
    },
  });
  await api.ask(z.unknown(), { method: "POST", path: "", body, reads: true });
}
