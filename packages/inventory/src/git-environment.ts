/**
 * Variables of git that say how servers are reached and which configuration is trusted. All others name a repository and its parts
 * (`GIT_DIR`, `GIT_INDEX_FILE`, `GIT_WORK_TREE`) or change what commands mean: hooks inherit those of the commit that is being made.
 */
const kept =
  /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|TERMINAL_PROMPT|CEILING_DIRECTORIES|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))$/i;

/** Arguments before the command of git: neither hooks run, nor a monitor of the file system. */
export const gitWithoutHooks: readonly string[] = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];

/**
 * The environment of a call of git about a folder: without what an outer git says of its own repository. Messages are in English, and
 * what only looks takes no lock.
 */
export function gitEnvironment(env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !/^GIT_/i.test(name) || kept.test(name));
  return { ...Object.fromEntries(own), GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
}
