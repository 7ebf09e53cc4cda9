export { type RealOptions, validateExamples } from "./real.js";
export { type CloudReport, type Remark, renderReports } from "./report.js";
