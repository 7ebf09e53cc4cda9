export { problemsOf } from "./check.js";
export { compare, type Comparison, type LiveFacts, type LiveSize } from "./compare.js";
export { type Facts, readFacts, readPrices, render, type Size, writeFacts, writePrices } from "./file.js";
export { countsOf, isWrong, type Judged, judgeFile, type Verdict } from "./material/index.js";
export { applyPrices, type LivePrices, type PriceComparison, priceReaders, regionsOf } from "./prices/index.js";
export { readers } from "./readers/index.js";
