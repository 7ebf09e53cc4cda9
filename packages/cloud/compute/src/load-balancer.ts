import { type Finding, mapOf, rule } from "@infra/inventory";
import { z } from "zod";

const port = z.int().min(1).max(65_535);

const listener = z.strictObject({
  port: port.describe("TCP port of the load balancer, 1 to 65535"),
  targetPort: port.optional().describe("TCP port of the servers; by default the same"),
});

/** A path of HTTP with an optional query (RFC 3986); the shortest limit of the clouds is that of AWS, 1,024 characters. */
const healthPath = rule(z.string().startsWith("/").max(1024), (path) =>
  /^\/[\w\-.~!$&'()*+,;=:@%/?]*$/.test(path) || !path.startsWith("/")
    ? undefined
    : {
        message: `${JSON.stringify(path)} is not a path of HTTP`,
        remedy: "Encode spaces and other characters with %, such as /a%20b",
      },
);

const healthCheck = z.strictObject({
  protocol: z.enum(["tcp", "http"]).default("tcp").describe("tcp: a connection is enough; http: status 200 is needed"),
  port: port.optional().describe("TCP port of the servers; by default that which the listener leads to"),
  path: healthPath.default("/").describe("path that is asked for over http"),
  interval: z.int().min(5).max(60).default(15).describe("seconds between two checks, 5 to 60"),
});

const config = z.strictObject({
  listeners: mapOf(listener).describe("what it listens on, by name"),
  healthCheck: healthCheck.prefault({}).describe("how it finds out which servers are well"),
});

/** What a user may say of a group's load balancer, which spreads TCP connections. */
export const loadBalancer = rule(config, findListenerProblem);

/** A load balancer, checked and with its defaults. */
export type LoadBalancerConfig = z.output<typeof config>;

function findListenerProblem({ listeners }: LoadBalancerConfig): Finding | undefined {
  const entries = Object.entries(listeners);
  if (entries.length === 0)
    return { message: "there is no listener", remedy: "Add one: `http: { port: 80 }`", path: ["listeners"] };
  const twice = entries.find(([, { port: own }], index) =>
    entries.slice(0, index).some(([, { port: other }]) => other === own),
  );
  return (
    twice && {
      message: `two listeners have the port ${String(twice[1].port)}`,
      remedy: "Give each listener a port of its own",
      path: ["listeners", twice[0], "port"],
    }
  );
}

/** A port that a load balancer listens on, and the servers' port that it leads to. */
export interface Listener {
  readonly port: number;
  readonly targetPort: number;
}

/** The listeners by name. */
export function listenersOf({ listeners }: LoadBalancerConfig): Record<string, Listener> {
  return Object.fromEntries(
    Object.entries(listeners).map(([name, { port: own, targetPort = own }]) => [name, { port: own, targetPort }]),
  );
}

/** The servers' port that the health check of a listener asks. */
export function healthPort({ healthCheck: { port: own } }: LoadBalancerConfig, { targetPort }: Listener): number {
  return own ?? targetPort;
}
