export { type DatedTable, daysBetween, staleAfterDays, staleTables, today } from "./age.js";
export {
  type Architecture,
  type CloudFacts,
  type FactTable,
  factsOf,
  hasRegion,
  type ImageFacts,
  type RegionFacts,
  type SizeFacts,
} from "./facts.js";
export {
  imageCalled,
  type ImageName,
  imageNames,
  imageOf,
  imagesFor,
  imageSupport,
  supportWarning,
  supportWarningDays,
} from "./images.js";
export {
  chooseSize,
  isOrderableIn,
  isSoldIn,
  needsOf,
  type ResolvedSize,
  satisfies,
  type SizeChoice,
  type SizeClass,
  sizeClasses,
  type SizeNeeds,
  type SizeRequest,
} from "./sizes.js";
export { datedFacts } from "./tables.js";
