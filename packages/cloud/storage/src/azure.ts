import { RoleAssignment } from "@cdktf/provider-azurerm/lib/role-assignment";
import { StorageAccount, type StorageAccountBlobProperties } from "@cdktf/provider-azurerm/lib/storage-account";
import { StorageContainer } from "@cdktf/provider-azurerm/lib/storage-container";
import { StorageContainerImmutabilityPolicy } from "@cdktf/provider-azurerm/lib/storage-container-immutability-policy";
import {
  StorageManagementPolicy,
  type StorageManagementPolicyRule,
} from "@cdktf/provider-azurerm/lib/storage-management-policy";
import { StorageObjectReplication } from "@cdktf/provider-azurerm/lib/storage-object-replication";
import { UserAssignedIdentity } from "@cdktf/provider-azurerm/lib/user-assigned-identity";
import {
  type AdapterOf,
  type Construct,
  DeploymentStack,
  Fn,
  objectId,
  problemAt,
  resourceName,
  unsupported,
} from "@infra/core";
import type { BucketConfig, LifecycleRule } from "./bucket.js";
import { type BucketPlan, buildBuckets, type BuiltBucket } from "./buckets.js";
import { accountName } from "./names.js";
import type { StorageContract } from "./contract.js";

/** Days in which deleted objects and containers can be brought back. */
const softDeleteDays = 7;

/** A storage account with one container per bucket: what a bucket can be told, azure mostly tells accounts. */
export const azure: AdapterOf<StorageContract> = {
  lacks: {
    abortUploads: unsupported(
      "Azure drops unfinished uploads after a week, and cannot be told another time",
      "Remove `abortUploadsAfterDays`",
    ),
    abortUploadsByPrefix: unsupported(
      "Azure drops unfinished uploads after a week, and cannot be told another time",
      "Remove `abortUploadsAfterDays`",
    ),
    replicationRegion: unsupported("Azure finds the region of the other bucket itself", "Remove `region`"),
  },
  build: (scope, config) => buildBuckets(scope, config, { lockKeepsVersions: true }, buildBucket),
};

function buildBucket(entry: Construct, plan: BucketPlan): BuiltBucket {
  const { config, name, protection } = plan;
  checkCors(entry, config);
  const account = buildAccount(entry, plan);
  const container = new StorageContainer(account, "container", {
    ...protection,
    name,
    storageAccountId: account.id,
    containerAccessType: config.publicAccess === "read" ? "blob" : "private",
  });
  buildLifecycle(account, container, config);
  buildLock(container, config);
  replicate(account, container, config);
  return { id: container.id, endpoint: account.primaryBlobEndpoint };
}

/** To be checked against https://learn.microsoft.com/rest/api/storageservices/cross-origin-resource-sharing--cors--support-for-the-azure-storage-services. */
const mostCorsRules = 5;

function checkCors(entry: Construct, { cors }: BucketConfig): void {
  const count = Object.keys(cors).length;
  if (count > mostCorsRules)
    throw problemAt(
      entry,
      ["cors"],
      `azure: ${String(count)} rules for pages of other origins are more than ${String(mostCorsRules)}`,
      "List several origins in one rule",
    );
}

function buildAccount(entry: Construct, plan: BucketPlan): StorageAccount {
  const { key, config, region, protection } = plan;
  const group = DeploymentStack.of(entry).useResourceGroup() as unknown as { readonly name: string };
  return new StorageAccount(entry, "Default", {
    ...protection,
    name: accountName(entry, key),
    resourceGroupName: group.name,
    location: region,
    accountKind: "StorageV2",
    accountTier: "Standard",
    accountReplicationType: "LRS",
    minTlsVersion: "TLS1_2",
    httpsTrafficOnlyEnabled: true,
    allowNestedItemsToBePublic: config.publicAccess === "read",
    crossTenantReplicationEnabled: false,
    defaultToOauthAuthentication: true,
    localUserEnabled: false,
    sharedAccessKeyEnabled: false,
    blobProperties: blobPropertiesOf(plan),
    ...keyOf(entry, group.name, plan),
  });
}

/**
 * Azure wants at least one header in each list. Every page may send and read these two anyway: they are CORS-safelisted, see
 * https://fetch.spec.whatwg.org/#cors-safelisted-request-header and https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name.
 */
const harmlessHeaders = { sent: "accept", read: "content-type" };

function blobPropertiesOf({ config, versioned }: BucketPlan): StorageAccountBlobProperties {
  const corsRule = Object.values(config.cors).map(({ origins, methods, headers, maxAgeSeconds }) => ({
    allowedOrigins: origins,
    allowedMethods: methods,
    allowedHeaders: headers.length > 0 ? headers : [harmlessHeaders.sent],
    exposedHeaders: headers.length > 0 ? headers : [harmlessHeaders.read],
    maxAgeInSeconds: maxAgeSeconds,
  }));
  return {
    versioningEnabled: versioned,
    changeFeedEnabled: config.replication !== undefined,
    deleteRetentionPolicy: { days: softDeleteDays },
    containerDeleteRetentionPolicy: { days: softDeleteDays },
    ...(corsRule.length > 0 ? { corsRule } : {}),
  };
}

/** The account uses a key of the customer as an identity of its own, which may use that key and nothing else. */
function keyOf(entry: Construct, resourceGroupName: string, { key, config: { encryption }, region }: BucketPlan) {
  if (typeof encryption !== "object") return {};
  const keyId = objectId(entry, ["encryption", "key"], "key", encryption.key);
  const identity = new UserAssignedIdentity(entry, "identity", {
    name: resourceName(entry, [key], { maxLength: 128 }),
    resourceGroupName,
    location: region,
  });
  const permission = new RoleAssignment(identity, "key", {
    scope: keyId,
    roleDefinitionName: "Key Vault Crypto Service Encryption User",
    principalId: identity.principalId,
    principalType: "ServicePrincipal",
  });
  return {
    identity: { type: "UserAssigned", identityIds: [identity.id] },
    customerManagedKey: { keyVaultKeyId: keyUrlOf(keyId), userAssignedIdentityId: identity.id },
    dependsOn: [permission],
  };
}

/** `/subscriptions/…/vaults/<vault>/keys/<key>` → `https://<vault>.vault.azure.net/keys/<key>`. */
function keyUrlOf(id: string): string {
  const part = (index: number) => String(Fn.element(Fn.split("/", id), index));
  return `https://${part(8)}.vault.azure.net/keys/${part(10)}`;
}

function buildLifecycle(account: StorageAccount, container: StorageContainer, { lifecycle }: BucketConfig): void {
  const rules = Object.entries(lifecycle);
  if (rules.length === 0) return;
  new StorageManagementPolicy(account, "lifecycle", {
    storageAccountId: account.id,
    rule: rules.map(([name, rule]) => ({ name, enabled: true, ...ruleOf(rule, container.name) })),
  });
}

function ruleOf(rule: LifecycleRule, container: string): Pick<StorageManagementPolicyRule, "actions" | "filters"> {
  const { prefix = "", coolAfterDays, archiveAfterDays, expireAfterDays, noncurrentExpireAfterDays } = rule;
  const baseBlob = {
    ...(coolAfterDays === undefined ? {} : { tierToCoolAfterDaysSinceModificationGreaterThan: coolAfterDays }),
    ...(archiveAfterDays === undefined ? {} : { tierToArchiveAfterDaysSinceModificationGreaterThan: archiveAfterDays }),
    ...(expireAfterDays === undefined ? {} : { deleteAfterDaysSinceModificationGreaterThan: expireAfterDays }),
  };
  return {
    filters: { blobTypes: ["blockBlob"], prefixMatch: [`${container}/${prefix}`] },
    actions: {
      ...(Object.keys(baseBlob).length > 0 ? { baseBlob } : {}),
      ...(noncurrentExpireAfterDays === undefined
        ? {}
        : { version: { deleteAfterDaysSinceCreation: noncurrentExpireAfterDays } }),
    },
  };
}

function buildLock(container: StorageContainer, { retentionLock }: BucketConfig): void {
  if (!retentionLock) return;
  new StorageContainerImmutabilityPolicy(container, "lock", {
    storageContainerResourceManagerId: container.id,
    immutabilityPeriodInDays: retentionLock.days,
    locked: retentionLock.mode === "compliance",
  });
}

/** The other bucket is named by the id of its container, which holds the id of its account. */
function replicate(account: StorageAccount, container: StorageContainer, { replication }: BucketConfig): void {
  if (!replication) return;
  const target = objectId(account, ["replication", "to"], "bucket", replication.to);
  const [before, behind] = [0, 1].map((index) =>
    String(Fn.element(Fn.split("/blobServices/default/containers/", target), index)),
  );
  new StorageObjectReplication(account, "replication", {
    sourceStorageAccountId: account.id,
    destinationStorageAccountId: before ?? "",
    rules: [{ sourceContainerName: container.name, destinationContainerName: behind ?? "" }],
  });
}
