import { compute } from "./stack.js";

export { computeStackConfig } from "./config.js";
export default compute;
