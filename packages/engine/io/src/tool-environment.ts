/** What a program needs to be started, to keep its files, and to reach servers. */
const plain = /^(?:PATH|HOME|TMPDIR|LANG|LC_\w+|SSL_CERT_(?:FILE|DIR)|(?:https?|no)_proxy)$/i;

/**
 * The environment of a program that looks at a plan beside the engine: no credentials, and none of the run's settings.
 *
 * @param prefix What its own variables begin with: `INFRACOST_`. @default - it has none
 */
export function toolEnvironment(env: Readonly<NodeJS.ProcessEnv>, prefix?: string): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => plain.test(name) || (prefix !== undefined && name.startsWith(prefix))),
  );
}
