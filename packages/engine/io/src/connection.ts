/** Why a server could not be asked, and what helps. */
export interface ConnectionProblem {
  /** In a clause: `connection refused`. */
  readonly reason: string;
  /** In a sentence without a full stop. */
  readonly remedy: string;
  /** Whether it may pass by itself within seconds. */
  readonly passes: boolean;
}

const notThere = { remedy: "Start it, or correct its address", passes: true };
const wrongName = { remedy: "Correct its address, or look at the network and the name servers", passes: false };
const silent = { remedy: "Look at the network, the VPN and the firewall, and at its log", passes: true };
const cut = { remedy: "Look at its log, and at the network", passes: true };
const notTrusted = {
  remedy: "Check its address, its certificate and the clocks; NODE_EXTRA_CA_CERTS names the file of an own authority",
  passes: false,
};

const known: Readonly<Record<string, ConnectionProblem>> = {
  ECONNREFUSED: { reason: "connection refused", ...notThere },
  ECONNRESET: { reason: "connection reset", ...cut },
  EPIPE: { reason: "the connection was cut", ...cut },
  UND_ERR_SOCKET: { reason: "the connection was cut", ...cut },
  ENOTFOUND: { reason: "its name is not known", ...wrongName },
  EAI_AGAIN: { reason: "its name could not be looked up", ...wrongName },
  EHOSTUNREACH: { reason: "no route to it", ...silent },
  ENETUNREACH: { reason: "no route to it", ...silent },
  ETIMEDOUT: { reason: "no connection in time", ...silent },
  UND_ERR_CONNECT_TIMEOUT: { reason: "no connection in time", ...silent },
  TimeoutError: { reason: "no answer in time", ...silent },
};

const certificate = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|^EPROTO$/;

/** What went wrong with a connection, by the error or what caused it. @returns undefined for anything else */
export function connectionProblem(error: unknown): ConnectionProblem | undefined {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1) {
    const { code } = each as { code?: unknown };
    const key = [code, each.name].map(String).find((name) => Object.hasOwn(known, name));
    if (key !== undefined) return known[key];
    if (typeof code === "string" && certificate.test(code))
      return { reason: `its certificate is not accepted: ${each.message}`, ...notTrusted };
    // A host with several addresses: each failed.
    const [first] = each instanceof AggregateError ? (each.errors as unknown[]) : [];
    const inner = first === undefined ? undefined : connectionProblem(first);
    if (inner) return inner;
  }
  return undefined;
}
