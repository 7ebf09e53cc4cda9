import { parseJson } from "@infra/inventory";
import { downloadText } from "@infra/opentofu";
import { z } from "zod";

/** How the registries of providers are reached. */
export interface RegistryAccess {
  /** URL of the host of a source. @default - https and the host */
  readonly originOf?: (host: string) => string;
  /** Milliseconds to wait for an answer. @default 15000 */
  readonly timeout?: number;
}

const discovery = z.object({ "providers.v1": z.string() });
const versions = z.object({ versions: z.array(z.object({ version: z.string() })) });

/**
 * The versions of a provider that its registry has, by the protocol of provider registries
 * (https://opentofu.org/docs/internals/provider-registry-protocol).
 *
 * @param source Fully qualified: `registry.opentofu.org/hashicorp/vault`.
 * @throws EngineError `unreachable`, and Error when the answer is something else
 */
export async function publishedVersions(source: string, access: RegistryAccess = {}): Promise<string[]> {
  const { originOf = (host: string) => `https://${host}`, ...options } = access;
  const [host = "", ...name] = source.split("/");
  const origin = originOf(host);
  const services = discovery.parse(parseJson(await downloadText(`${origin}/.well-known/terraform.json`, options)));
  const base = new URL(services["providers.v1"], `${origin}/`);
  const url = new URL(`${name.join("/")}/versions`, base.href.endsWith("/") ? base : `${base.href}/`);
  const answer = versions.parse(parseJson(await downloadText(url.href, options)));
  return answer.versions.map(({ version }) => version);
}
