import {
  Storage,
  type StorageContract,
  storageContract,
  type StorageProps,
  storageAdapters,
} from "@infra/cloud-storage";
import type { FeatureOf } from "@infra/core";
import { z } from "zod";
import { idOf, withIds } from "./ids.js";
import type { ModuleCase } from "./module-case.js";
import { perKey, text } from "./output-forms.js";

const files = (bucket: object) => ({ buckets: { files: bucket } });
const lifecycle = (rule: object, more: object = {}) => files({ lifecycle: { old: rule }, ...more });
const pages = { origins: ["https://acme.example"], methods: ["GET"] };
const lock = { days: 30 };
const to = idOf.bucket;

const uses: Record<FeatureOf<StorageContract>, object> = {
  abortUploads: lifecycle({ abortUploadsAfterDays: 7 }),
  abortUploadsByPrefix: lifecycle({ prefix: "logs/", abortUploadsAfterDays: 7 }),
  cloudEncryption: files({ encryption: "cloud" }),
  complianceLock: files({ retentionLock: { days: 30, mode: "compliance" } }),
  cors: files({ cors: { pages: { ...pages, headers: ["etag"] } } }),
  customerKey: files({ encryption: { key: idOf.key } }),
  forceDestroy: files({ forceDestroy: true }),
  lifecycle: lifecycle({ prefix: "logs/", expireAfterDays: 90, noncurrentExpireAfterDays: 30 }),
  lockedVersions: files({ versioning: true, retentionLock: lock }),
  lockWithoutVersions: files({ versioning: false, retentionLock: lock }),
  publicRead: files({ publicAccess: "read" }),
  replication: files({ replication: { to } }),
  replicationRegion: files({ replication: { to, region: "eu-madrid-1" } }),
  retentionLock: files({ retentionLock: lock }),
  transitions: lifecycle({ coolAfterDays: 30, archiveAfterDays: 90 }),
  versioning: files({ versioning: true }),
};

/** The module storage. */
export const storage: ModuleCase = {
  word: "storage",
  folder: "packages/cloud/storage",
  examples: [
    { name: "buckets", refusedBy: ["heroku"] },
    { name: "website", refusedBy: ["heroku", "oracle"] },
    { name: "archive", refusedBy: ["heroku", "gcp", "hetzner", "digitalocean"] },
  ],
  contract: storageContract,
  adapters: storageAdapters,
  build: (stack, props, id = "storage") => ({
    [id]: new Storage(stack, id, withIds(stack, props) as StorageProps).buckets,
  }),
  puts: ({ props }) => {
    const credentials = z.string().startsWith("secret://");
    return perKey(
      (props as StorageProps).buckets,
      z.strictObject({ id: text, name: text, endpoint: z.url(), region: text, credentials }),
    );
  },
  peers: () => ({}),
  props: files({}),
  uses,
  maps: [
    { path: "buckets", value: { versioning: false } },
    {
      path: "buckets.files.lifecycle",
      value: { expireAfterDays: 10 },
      props: uses.lifecycle,
      within: {
        aws: "aws_s3_bucket_lifecycle_configuration.storage_files_lifecycle",
        gcp: "google_storage_bucket.storage_files",
        azure: "azurerm_storage_management_policy.storage_files_lifecycle",
        oracle: "oci_objectstorage_object_lifecycle_policy.storage_files_lifecycle",
        hetzner: "aws_s3_bucket.storage_files",
        digitalocean: "digitalocean_spaces_bucket.storage_files",
      },
    },
    {
      path: "buckets.files.cors",
      value: { origins: ["*"], methods: ["GET"] },
      props: uses.cors,
      feature: "cors",
      within: {
        aws: "aws_s3_bucket_cors_configuration.storage_files_cors",
        gcp: "google_storage_bucket.storage_files",
        azure: "azurerm_storage_account.storage_files",
        hetzner: "aws_s3_bucket_cors_configuration.storage_files_cors",
        digitalocean: "digitalocean_spaces_bucket_cors_configuration.storage_files_cors",
      },
    },
  ],
  refusals: {
    "no buckets": { props: {}, path: "buckets", says: ["buckets", "is missing", "buckets by name"] },
    "a bucket whose name is no name": {
      props: { buckets: { Files: {} } },
      path: "buckets.Files",
      says: ['"Files"', "is not a name", "lower-case letters"],
    },
    "an unknown key": {
      props: files({ version: true }),
      path: "buckets.files.version",
      says: ['"version"', "is not a known key", '"versioning"'],
    },
    "versioning that is a word": {
      props: files({ versioning: "on" }),
      path: "buckets.files.versioning",
      says: ['"on"', "is not true or false", "old versions"],
    },
    "a rule that does nothing": {
      props: lifecycle({ prefix: "logs/" }),
      path: "buckets.files.lifecycle.old",
      says: ["the rule", "says nothing about old objects", "expireAfterDays"],
    },
    "days that are none": {
      props: lifecycle({ expireAfterDays: 0 }),
      path: "buckets.files.lifecycle.old.expireAfterDays",
      says: ["0", "is too small: at least 1", "days after they were written"],
    },
    "half a day": {
      props: lifecycle({ expireAfterDays: 0.5 }),
      path: "buckets.files.lifecycle.old.expireAfterDays",
      says: ["0.5", "is not a whole number", "days"],
    },
    "a colder class too early": {
      props: lifecycle({ coolAfterDays: 7 }),
      path: "buckets.files.lifecycle.old.coolAfterDays",
      says: ["7", "is too small: at least 30", "seldom read"],
    },
    "an archive before the colder class": {
      props: lifecycle({ coolAfterDays: 90, archiveAfterDays: 60 }),
      path: "buckets.files.lifecycle.old.archiveAfterDays",
      says: ["60 days", "too few after coolAfterDays: 90", "at least 120"],
    },
    "objects that expire before they are archived": {
      props: lifecycle({ archiveAfterDays: 90, expireAfterDays: 60 }),
      path: "buckets.files.lifecycle.old.expireAfterDays",
      says: ["60 days", "too few after archiveAfterDays: 90", "at least 91"],
    },
    "old versions that expire where there are none": {
      props: lifecycle({ noncurrentExpireAfterDays: 30 }, { versioning: false }),
      path: "buckets.files.lifecycle.old.noncurrentExpireAfterDays",
      says: ["the bucket", "keeps no old versions", "Remove `versioning: false`"],
    },
    "copies without versions": {
      props: files({ versioning: false, replication: { to } }),
      path: "buckets.files.replication",
      says: ["a bucket without versions", "cannot be replicated", "Remove"],
    },
    "copies to what is no bucket of aws": {
      props: files({ replication: { to: "acme-other" } }),
      path: "buckets.files.replication.to",
      says: ['"acme-other"', "is not the id of a bucket", "arn:aws:s3:::"],
    },
    "a key in the form of another cloud": {
      props: files({ encryption: { key: "ocid1.key.oc1..abc" } }),
      path: "buckets.files.encryption.key",
      says: ['"ocid1.key.oc1..abc"', "is not the id of a key", "arn:aws:kms:"],
    },
    "copies to nowhere": {
      props: files({ replication: {} }),
      path: "buckets.files.replication.to",
      says: ["a value", "is missing", "the id of the bucket"],
    },
    "an unknown encryption": {
      props: files({ encryption: "clowd" }),
      path: "buckets.files.encryption",
      says: ['"clowd"', "is not", '"cloud"'],
    },
    "no encryption": {
      props: files({ encryption: "none" }),
      path: "buckets.files.encryption",
      says: ['"none"', "is not", "cloud"],
    },
    "a key without an id": {
      props: files({ encryption: { key: "" } }),
      path: "buckets.files.encryption.key",
      says: ['""', "is too small", "id of the key"],
    },
    "public writing": {
      props: files({ publicAccess: "write" }),
      path: "buckets.files.publicAccess",
      says: ['"write"', "is not a known publicAccess", "none, read"],
    },
    "an origin with a path": {
      props: files({ cors: { pages: { ...pages, origins: ["https://acme.example/shop"] } } }),
      path: "buckets.files.cors.pages.origins.0",
      says: ['"https://acme.example/shop"', "is not an origin", "without a path"],
    },
    "no origins": {
      props: files({ cors: { pages: { ...pages, origins: [] } } }),
      path: "buckets.files.cors.pages.origins",
      says: ["[]", "is too small: at least 1", "pages that may ask"],
    },
    "an unknown method": {
      props: files({ cors: { pages: { ...pages, methods: ["get"] } } }),
      path: "buckets.files.cors.pages.methods.0",
      says: ['"get"', "is not a known value", '"GET"'],
    },
    "an unknown mode of a lock": {
      props: files({ retentionLock: { days: 30, mode: "complience" } }),
      path: "buckets.files.retentionLock.mode",
      says: ['"complience"', "is not a known mode", '"compliance"'],
    },
    "a lock without days": {
      props: files({ retentionLock: {} }),
      path: "buckets.files.retentionLock.days",
      says: ["a value", "is missing", "cannot be changed or deleted"],
    },
    "a locked bucket that is deleted with its objects": {
      props: files({ retentionLock: lock, forceDestroy: true }),
      path: "buckets.files.forceDestroy",
      says: ["under a retention lock", "cannot be deleted", "Remove `forceDestroy`"],
    },
    "credentials in the inventory": {
      props: files({ credentials: "AKIAIOSFODNN7EXAMPLE" }),
      path: "buckets.files.credentials",
      says: ['"AKIAIOSFODNN7EXAMPLE"', "is not a reference to a secret", "secret://<path>"],
    },
    "copies of objects under a key of the customer": {
      props: files({ encryption: { key: idOf.key }, replication: { to } }),
      path: "buckets.files.replication",
      says: ["under a key of the customer", "are not replicated", '`encryption: "cloud"`'],
    },
  },
};
