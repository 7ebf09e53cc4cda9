import { storage } from "./stack.js";

export { storageStackConfig } from "./stack.js";
export default storage;
