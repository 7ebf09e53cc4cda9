import { infraEnvironment } from "./engines.js";
import { observe, type Observed } from "./process.js";
import type { Settings } from "./report.js";
import { type BenchWorkspace, useNx } from "./workspace.js";

/** Plans all deployments of a workspace by one Nx command, without its daemon. */
export function nxPlan(settings: Settings, workspace: BenchWorkspace, parallelism: number): Promise<Observed> {
  useNx(workspace);
  const several = String(parallelism);
  return observe({
    arguments: [
      require.resolve("nx/bin/nx.js"),
      ...["run-many", "-t", "plan", "--offline", `--parallel=${several}`],
      // For the executor: Nx's own option says how many batches run at once.
      `--parallelism=${several}`,
    ],
    folder: workspace.root,
    env: { ...infraEnvironment(settings), NX_DAEMON: "false", NX_TUI: "false", NX_SKIP_NX_CACHE: "true" },
  });
}
