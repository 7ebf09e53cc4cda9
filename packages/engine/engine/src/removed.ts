export { removedDeployment } from "./applied/removed-deployment.js";
export { type RemovedState, withRemoved } from "./applied/removed.js";
