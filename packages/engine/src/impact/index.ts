export type { ResourceDifference } from "./compare.js";
export { type ImpactOptions, impactOf, type ProductImpact, type Release } from "./impact.js";
export type { Installation, Installer } from "./installation.js";
export { findProducts, type ProductFolder } from "./products.js";
export { renderImpact } from "./render.js";
