export { attachMockProviders, type MockProviders } from "./process/offline.js";
