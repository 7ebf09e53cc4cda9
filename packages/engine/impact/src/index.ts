export type { ResourceDifference } from "./compare.js";
export { impactOf, type ImpactOptions, type ProductImpact, type Release } from "./impact.js";
export type { Installation, Installer } from "./installation.js";
export { linkModules } from "./product-copy/link-modules.js";
export { ownPackages } from "./product-copy/own-packages.js";
export { findProducts, type ProductFolder } from "./products.js";
export { renderImpact } from "./render.js";
