import { filterAffected } from "nx/src/project-graph/affected/affected-project-graph";
import { calculateFileChanges } from "nx/src/project-graph/file-utils";
import { createProjectGraphAsync } from "nx/src/project-graph/project-graph";
import { parseFiles } from "nx/src/utils/command-line-utils";
import { resetWorkspaceContext } from "nx/src/utils/workspace-context";

/** Names of the projects that a change affects: what `nx show projects --affected` does, in this process. */
export async function affectedProjects(base: string, head: string): Promise<string[]> {
  // Nx knows the files of a workspace from when it looked first.
  resetWorkspaceContext();
  const graph = await createProjectGraphAsync({ exitOnError: false });
  const range = { base, head };
  const { nodes } = await filterAffected(graph, calculateFileChanges(parseFiles(range).files ?? [], range));
  return Object.entries(nodes)
    .filter(([, { data }]) => data.targets?.["plan"])
    .map(([name]) => name)
    .sort();
}
