import { z } from "zod";
import { RestApi } from "../platforms/rest.js";

/** Milliseconds for which a message is sent again to a server that is broken. */
const patienceMs = 20_000;

/** Posts JSON. The address is a secret: it is in no error. @throws PlatformError when it is not taken */
export async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const api = new RestApi({
    name: "the server",
    base: url,
    headers,
    token: url,
    patienceMs,
    remedies: {
      unauthorized: "Correct its address or its secret",
      forbidden: "Correct its address or its secret",
    },
  });
  await api.ask(z.unknown(), { method: "POST", path: "", body, reads: true });
}
