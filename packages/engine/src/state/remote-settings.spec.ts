import { describe, expect, it } from "vitest";
import { s3Settings } from "./remote-settings.js";

describe("the settings of a bucket", () => {
  const state = {
    kind: "s3",
    bucket: "states",
    endpoint: "http://store:3900",
    prefix: "own",
    region: "garage",
    pathStyle: true,
    consul: { address: "consul:8500", ttl: 22 },
  } as const;

  it("are those of the inventory when the variables are empty", () => {
    const names = ["BUCKET", "ENDPOINT", "PREFIX", "REGION", "PATH_STYLE", "PATIENCE", "CONSUL", "ACCESS_KEY_ID"];
    const empty = Object.fromEntries(names.map((name) => [`TF_STATE_${name}`, ""]));
    const found = s3Settings(state, "acme", { ...empty, AWS_REGION: "", CONSUL_HTTP_ADDR: "", CONSUL_HTTP_TOKEN: "" });
    expect(found).toEqual(s3Settings(state, "acme", {}));
    expect(found).toMatchObject({ bucket: "states", prefix: "own", pathStyle: true });
    expect(found.consul?.addresses).toEqual(["http://consul:8500"]);
  });

  it("name no Consul when its variable is empty and the inventory names none", () => {
    expect(s3Settings({ kind: "s3", bucket: "states" }, "acme", { TF_STATE_CONSUL: "" }).consul).toBeUndefined();
  });
});
