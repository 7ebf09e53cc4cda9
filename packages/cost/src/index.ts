export {
  type DeploymentCost,
  deploymentCost,
  deploymentCostSchema,
  type Money,
  type PricedLocation,
  type PricedPlan,
  pricedPlanSchema,
  type ResourceCost,
} from "./deployment.js";
export { askInfracost, type InfracostPrices, noInfracost, parseInfracost, usesInfracost } from "./infracost.js";
export {
  allPrices,
  hoursPerMonth,
  type PriceEntry,
  type PriceSource,
  type PriceTable,
  pricesOf,
} from "@infra/facts/prices";
export { priceOf, type ResourcePrice, type Values } from "./resource.js";
export { amountText, changeText, difference, sumOf } from "./money.js";
export { renderResources } from "./resources-text.js";
