-- Views over the store of a tenant, for questions in SQL. They are temporary: the file is not changed,
-- and may be opened read-only. Their names and columns stay; columns are added. Times are UTC.
--
-- A view holds what was read. Whether that is everything, `reading` tells: ask it first.

-- How each source was read: the outcome of its last run, and when it was last read whole.
CREATE TEMP VIEW reading AS
SELECT source.id AS source,
       json_extract(run.outcome, '$.outcome') AS outcome,
       strftime('%Y-%m-%dT%H:%M:%SZ', source.completed_at / 1000, 'unixepoch') AS complete_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.ended_at / 1000, 'unixepoch') AS ended_at
FROM source
LEFT JOIN run ON run.number = (SELECT max(number) FROM run AS last WHERE last.source = source.id);

-- Every live object as the service sent it.
CREATE TEMP VIEW object AS
SELECT record.kind, record.id, record.source, body.raw AS json,
       strftime('%Y-%m-%dT%H:%M:%SZ', record.changed_at / 1000, 'unixepoch') AS changed_at
FROM record JOIN body ON body.number = record.body
WHERE record.removed_at IS NULL;

-- Every live relation; `from_id` is the container: `member` leads from the group to the member.
CREATE TEMP VIEW relation AS
SELECT relation, from_id, to_id, source FROM edge WHERE removed_at IS NULL;

CREATE TEMP VIEW user AS
SELECT id,
       json_extract(json, '$.displayName') AS display_name,
       json_extract(json, '$.userPrincipalName') AS user_principal_name,
       json_extract(json, '$.mail') AS mail,
       json_extract(json, '$.userType') AS user_type,
       json_extract(json, '$.accountEnabled') AS account_enabled,
       json_extract(json, '$.department') AS department,
       json_extract(json, '$.createdDateTime') AS created_at,
       json
FROM object WHERE kind = 'user';

-- When people last signed in, where that was read: without a row it is not known.
CREATE TEMP VIEW sign_in_activity AS
SELECT id AS user_id,
       json_extract(json, '$.signInActivity.lastSignInDateTime') AS last_sign_in_at,
       json_extract(json, '$.signInActivity.lastSuccessfulSignInDateTime') AS last_successful_sign_in_at
FROM object WHERE kind = 'signInActivity';

CREATE TEMP VIEW "group" AS
SELECT id,
       json_extract(json, '$.displayName') AS display_name,
       json_extract(json, '$.mail') AS mail,
       json_extract(json, '$.securityEnabled') AS security_enabled,
       json_extract(json, '$.visibility') AS visibility,
       json
FROM object WHERE kind = 'group';

-- The direct members of groups: people, devices, applications and other groups.
CREATE TEMP VIEW group_member AS
SELECT relation.from_id AS group_id, relation.to_id AS member_id
FROM relation JOIN "group" ON "group".id = relation.from_id
WHERE relation.relation = 'member';

CREATE TEMP VIEW group_owner AS
SELECT relation.from_id AS group_id, relation.to_id AS owner_id
FROM relation JOIN "group" ON "group".id = relation.from_id
WHERE relation.relation = 'owner';

CREATE TEMP VIEW subscribed_sku AS
SELECT json_extract(json, '$.skuId') AS sku_id,
       json_extract(json, '$.skuPartNumber') AS part_number,
       json_extract(json, '$.prepaidUnits.enabled') AS enabled,
       json_extract(json, '$.consumedUnits') AS consumed,
       json
FROM object WHERE kind = 'subscribedSku';

-- Which product is assigned to whom.
CREATE TEMP VIEW user_license AS
SELECT user.id AS user_id, json_extract(license.value, '$.skuId') AS sku_id
FROM user, json_each(user.json, '$.assignedLicenses') AS license;

-- Who holds a role, or through which group: `principal_id` may be either.
CREATE TEMP VIEW role_assignment AS
SELECT id,
       json_extract(json, '$.principalId') AS principal_id,
       json_extract(json, '$.roleDefinitionId') AS role_id,
       (SELECT json_extract(role.json, '$.displayName') FROM object AS role
        WHERE role.kind = 'unifiedRoleDefinition'
          AND role.id = json_extract(object.json, '$.roleDefinitionId')) AS role_name,
       json_extract(json, '$.directoryScopeId') AS scope
FROM object WHERE kind = 'unifiedRoleAssignment';

CREATE TEMP VIEW device AS
SELECT id,
       json_extract(json, '$.displayName') AS display_name,
       json_extract(json, '$.operatingSystem') AS operating_system,
       json_extract(json, '$.isCompliant') AS is_compliant,
       json_extract(json, '$.isManaged') AS is_managed,
       json_extract(json, '$.approximateLastSignInDateTime') AS last_seen_at,
       json
FROM object WHERE kind = 'device';
