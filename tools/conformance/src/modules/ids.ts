import { type DeploymentStack, exampleId, type ObjectKind } from "@infra/core";

/** What stands for an id of each kind in the inputs of the suite. */
export const idOf: Readonly<Record<ObjectKind, string>> = {
  bucket: "id-of-a-bucket",
  key: "id-of-a-key",
  network: "id-of-a-network",
};

/** The same input with ids in the form of the stack's cloud. */
export function withIds<T>(stack: DeploymentStack, props: T): T {
  const { provider } = stack.context.settings;
  const kinds = Object.keys(idOf) as ObjectKind[];
  const text = kinds.reduce(
    (all, kind) => all.replaceAll(`"${idOf[kind]}"`, JSON.stringify(exampleId(provider, kind))),
    JSON.stringify(props),
  );
  return JSON.parse(text) as T;
}
