import { describe, expect, it } from "vitest";
import { type S3Credentials, s3Settings } from "./remote-settings.js";

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

  it("hand on the session token of AWS's temporary credentials, and never with own ones", () => {
    const aws = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "session" };
    const temporary: S3Credentials = { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "session" };
    expect(s3Settings(state, "acme", aws).credentials).toEqual(temporary);
    const own = { TF_STATE_ACCESS_KEY_ID: "own", TF_STATE_SECRET_ACCESS_KEY: "own secret" };
    const { credentials } = s3Settings(state, "acme", { ...aws, ...own });
    expect(credentials?.accessKeyId).toBe("own");
    expect(credentials?.sessionToken).toBeUndefined();
  });

  it("name no Consul when its variable is empty and the inventory names none", () => {
    expect(s3Settings({ kind: "s3", bucket: "states" }, "acme", { TF_STATE_CONSUL: "" }).consul).toBeUndefined();
  });
});
