/** What a deployment's `stack` stands for: the npm package `@infra/stack-compute` for `compute`; a package or folder for itself. */
export function stackPackage(stack: string): string {
  return stack.startsWith("@") || stack.startsWith(".") || stack.includes("/") ? stack : `@infra/stack-${stack}`;
}
