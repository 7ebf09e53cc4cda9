import * as path from "node:path";

/** What this package uses of the engine's `binary` folder. */
interface EngineBinary {
  cacheDirectory(env?: NodeJS.ProcessEnv): string;
  makeOnce(making: {
    readonly target: string;
    readonly make: (folder: string) => Promise<string>;
    readonly onWait?: () => void;
  }): Promise<string>;
  downloadFile(url: string, file: string, options?: { readonly timeout?: number }): Promise<void>;
  installOpenTofu(options?: Installing): Promise<string>;
  findEngine(options?: Installing): Promise<{ readonly path: string; readonly version: string }>;
  pinnedOpenTofuPath(env?: NodeJS.ProcessEnv): string;
  goPlatform(): { readonly os: string; readonly arch: string } | undefined;
}

interface Installing {
  readonly env?: NodeJS.ProcessEnv;
  readonly timeout?: number;
  readonly log?: (line: string) => void;
}

/**
 * The engine's cache and installer. They are loaded by file, without the rest of `@infra/engine`, because a cached
 * tool must be found in milliseconds.
 */
export const engineBinary = require(
  path.join(path.dirname(require.resolve("@infra/engine/package.json")), "dist", "binary", "index.js"),
) as EngineBinary;

/** Whether an error is the engine's and has this code: `unreachable`, `not-found`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
