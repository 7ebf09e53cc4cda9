import { infraError, parseJson } from "@infra/inventory";
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
 * @throws EngineError `unreachable`, and InfraError when the answer is something else
 */
export async function publishedVersions(source: string, access: RegistryAccess = {}): Promise<string[]> {
  const { originOf = (host: string) => `https://${host}`, ...options } = access;
  const [host = "", ...name] = source.split("/");
  const origin = originOf(host);
  const read = async <S extends z.ZodType>(schema: S, url: string): Promise<z.output<S>> => {
    const parsed = schema.safeParse(parseJson(await downloadText(url, options)));
    if (parsed.success) return parsed.data;
    throw infraError(`${url} did not answer as a registry of providers does`, `Check the source address ${source}`);
  };
  const services = await read(discovery, `${origin}/.well-known/terraform.json`);
  if (!URL.canParse(services["providers.v1"], `${origin}/`))
    throw infraError(`${origin} names no address of its providers`, `Check the source address ${source}`);
  const base = new URL(services["providers.v1"], `${origin}/`);
  const url = new URL(`${name.join("/")}/versions`, base.href.endsWith("/") ? base : `${base.href}/`);
  const answer = await read(versions, url.href);
  return answer.versions.map(({ version }) => version);
}
