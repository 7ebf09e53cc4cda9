import { expect, it } from "vitest";
import { withoutEmulated } from "./emulated.js";

const planOf = (values: object, actions = ["no-op"]) => ({
  resource_changes: [
    {
      address: "oci_core_instance.web[0]",
      mode: "managed",
      type: "oci_core_instance",
      change: { actions, before: { ...values }, after: { ...values } },
    },
  ],
});
const shown = (expressions: object) => ({
  configuration: { root_module: { resources: [{ address: "oci_core_instance.web", expressions }] } },
});
const left = (values: object, expressions: object) =>
  withoutEmulated(planOf(values), shown(expressions)).resource_changes[0]?.change;

it("leaves what the configuration sets, and nothing that was made up, also in blocks", () => {
  const values = {
    size_in_gbs: "50",
    vpus_per_gb: "mock-e3e94998dbfa",
    is_hydrated: false,
    source_details: [{ source_type: "image", boot_volume_size_in_gbs: 73 }],
    agent_config: [{ is_monitoring_disabled: false }],
    freeform_tags: { product: "acme" },
  };
  const expressions = {
    size_in_gbs: { constant_value: "50" },
    source_details: [{ source_type: { constant_value: "image" } }],
    freeform_tags: { references: ["var.tags"] },
  };
  const own = { size_in_gbs: "50", source_details: [{ source_type: "image" }], freeform_tags: { product: "acme" } };
  expect(left(values, expressions)).toMatchObject({ before: own, after: own });
  expect(Object.keys(left(values, expressions)?.after ?? {})).toEqual(Object.keys(own));
});

it("keeps an argument that only one block of a set has, in whichever order they come", () => {
  const volumes = [{ name: "b" }, { name: "a", size: 8 }];
  const expressions = { volumes: [{ name: { constant_value: "a" }, size: { constant_value: 8 } }, { name: {} }] };
  expect(left({ volumes }, expressions)?.after).toEqual({ volumes });
});

it("keeps of a resource that is not configured any more what does not look made up", () => {
  const plan = withoutEmulated(planOf({ size: 8, kind: "mock-e3e94998dbfa" }, ["delete"]), {});
  expect(plan.resource_changes[0]?.change.before).toEqual({ size: 8 });
});
