import { type Command } from "./logged-run.js";

/** Packages that npm has installed, of which a tool is made. */
export interface Installed {
  /** Folder with the `node_modules`. */
  readonly install: string;
  /** The tool's folder, which is to be made, with its program in `bin`. */
  readonly made: string;
  /** Runs a program. @throws Error that ends with the last lines of its log */
  readonly run: (command: Command) => Promise<void>;
}
