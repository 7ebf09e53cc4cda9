import type { Tree } from "@nx/devkit";
import { describeHealed } from "../../product/finish.js";
import { readManifest } from "../../product/manifest.js";
import { healOwned } from "../../product/owned.js";
import { forUser } from "../../product/report.js";

/** Restores the files that the template keeps. @returns what `nx sync:check` says, when one was not as it should be */
export default function syncGenerator(tree: Tree): Promise<{ outOfSyncMessage?: string }> {
  return forUser(() => {
    const healed = healOwned(tree, readManifest(tree));
    return healed.length === 0
      ? {}
      : {
          outOfSyncMessage: `The template keeps files that are not as it has them:\n${describeHealed(healed).join("\n")}`,
        };
  });
}
