//! A tenant that is written by hand, and how to look at its graph.

#![allow(dead_code, reason = "each test file uses a part")]

use std::time::{Duration, SystemTime};

use m365_collect::insight::relation::{Options, write_json_lines};
use m365_collect::store::{Begin, Commit, Finish, RunEntry};
use m365_collect::{
    Change, Edge, Kind, MemoryStore, Outcome, Record, Relation, RunStats, SourceId, Store, SyncMode,
};
use serde_json::{Value, json};

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

/// An object, by its own id.
pub(crate) fn object(kind: &Kind, json: &Value) -> Change {
    let id = json["id"].as_str().unwrap().to_owned();
    keyed(kind, &id, json)
}

pub(crate) fn keyed(kind: &Kind, id: &str, json: &Value) -> Change {
    let raw = serde_json::value::to_raw_value(json).unwrap();
    Change::Upsert(Record::new(kind.clone(), id, raw))
}

pub(crate) fn edge(relation: &Relation, from: &str, to: &str) -> Change {
    Change::Link(Edge::new(relation.clone(), from, to))
}

/// What a source read, whole.
pub(crate) async fn read(store: &MemoryStore, source: &'static str, changes: Vec<Change>) {
    let source = SourceId::new(source);
    let lease = store.lease(&source, SyncMode::Full).await.unwrap();
    let mut commit = Commit::new(&lease, at(0));
    commit.begin = Some(Begin::Generation);
    commit.changes = changes;
    commit.checkpoint = Some("end".to_owned());
    commit.finish = Some(Finish::default());
    commit.is_last = true;
    store.commit(commit).await.unwrap();
    ended(store, source, Outcome::Complete).await;
}

pub(crate) async fn ended(store: &MemoryStore, source: SourceId, outcome: Outcome) {
    let run = RunEntry::new(source, at(0), at(1), outcome, RunStats::default());
    store.log_run(&run).await.unwrap();
}

/// The lines of a graph.
pub(crate) struct Lines {
    pub(crate) text: String,
    pub(crate) head: Value,
    pub(crate) items: Vec<Value>,
}

pub(crate) async fn lines(store: &dyn Store) -> Lines {
    lines_with(store, Options::default()).await
}

pub(crate) async fn lines_with(store: &dyn Store, options: Options) -> Lines {
    let mut bytes = Vec::new();
    let written = write_json_lines(store, options, &mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut items: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let head = items.remove(0);
    let lines = Lines { text, head, items };
    assert_eq!(lines.entities().count() as u64, written.entities);
    assert_eq!(lines.relationships().count() as u64, written.relationships);
    lines
}

impl Lines {
    pub(crate) fn entities(&self) -> impl Iterator<Item = &Value> {
        self.items.iter().filter(|item| item["entity"].is_string())
    }

    pub(crate) fn relationships(&self) -> impl Iterator<Item = &Value> {
        let items = self.items.iter();
        items.filter(|item| item["relationship"].is_string())
    }

    /// One entity, as `type:id`.
    pub(crate) fn entity(&self, key: &str) -> &Value {
        self.entities()
            .find(|item| named(item) == key)
            .unwrap_or_else(|| panic!("there is no {key}"))
    }

    /// One relationship, as `type:id CLASS type:id`.
    pub(crate) fn relationship(&self, words: &str) -> &Value {
        self.relationships()
            .find(|item| said(item) == words)
            .unwrap_or_else(|| panic!("there is no {words}"))
    }
}

pub(crate) fn named(entity: &Value) -> String {
    format!(
        "{}:{}",
        entity["entity"].as_str().unwrap(),
        entity["id"].as_str().unwrap()
    )
}

pub(crate) fn said(relationship: &Value) -> String {
    let end = |end: &Value| {
        let missing = if end["missing"] == json!(true) {
            "?"
        } else {
            ""
        };
        format!(
            "{}:{}{missing}",
            end["type"].as_str().unwrap(),
            end["id"].as_str().unwrap()
        )
    };
    format!(
        "{} {} {}",
        end(&relationship["from"]),
        relationship["relationship"].as_str().unwrap(),
        end(&relationship["to"])
    )
}

const SKU: &str = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

/// A small tenant with something of everything.
pub(crate) async fn contoso() -> MemoryStore {
    let store = MemoryStore::new();
    directory(&store).await;
    access(&store).await;
    applications(&store).await;
    licenses(&store).await;
    teams(&store).await;
    devices(&store).await;
    policies(&store).await;
    statuses(&store).await;
    store
}

async fn directory(store: &MemoryStore) {
    read(
        store,
        "organization",
        vec![object(
            &Kind::ORGANIZATION,
            &json!({
                "id": "t1", "displayName": "Contoso", "mobileDeviceManagementAuthority": "intune",
                "verifiedDomains": [
                    {"name": "contoso.com", "isDefault": true, "isInitial": false},
                    {"name": "contoso.onmicrosoft.com", "isDefault": false, "isInitial": true},
                ],
            }),
        )],
    )
    .await;
    read(
        store,
        "device_management",
        vec![keyed(
            &Kind::DEVICE_MANAGEMENT,
            "deviceManagement",
            &json!({"intuneAccountId": "ia", "subscriptionState": "active"}),
        )],
    )
    .await;
    let contoso_com = json!({"id": "contoso.com", "isDefault": true});
    read(store, "domains", vec![object(&Kind::DOMAIN, &contoso_com)]).await;
    let user = |id: &str, name: &str| {
        object(
            &Kind::USER,
            &json!({
                "id": id, "displayName": name, "accountEnabled": true, "userType": "Member",
                "userPrincipalName": format!("{}@contoso.com", name.to_lowercase()),
                "passwordProfile": {"password": "SECRET"},
                "assignedLicenses": if id == "u3" { json!([{"skuId": E3}]) } else { json!([]) },
            }),
        )
    };
    let users = vec![user("u1", "Ada"), user("u2", "Bob"), user("u3", "Cleo")];
    read(store, "users", users).await;
    let managers = vec![edge(&Relation::MANAGER, "u2", "u1")];
    read(store, "user_managers", managers).await;
    let group = |id: &str, types: &Value, security: bool, mail: bool| {
        object(
            &Kind::GROUP,
            &json!({
                "id": id, "displayName": format!("Group {id}"), "groupTypes": types,
                "securityEnabled": security, "mailEnabled": mail,
                "isAssignableToRole": id == "g2",
                "resourceProvisioningOptions": if id == "g1" { json!(["Team"]) } else { json!([]) },
                "assignedLicenses": if id == "g2" { json!([{"skuId": SKU}]) } else { json!([]) },
            }),
        )
    };
    let member = |from, to| edge(&Relation::MEMBER, from, to);
    read(
        store,
        "groups",
        vec![
            group("g1", &json!(["Unified"]), false, true),
            group("g2", &json!([]), true, false),
            group("g3", &json!(["DynamicMembership"]), true, true),
            group("g4", &json!([]), false, true),
            member("g1", "u1"),
            member("g2", "g3"),
            member("g3", "u2"),
            member("g3", "dd1"),
            member("g4", "c1"),
            member("g4", "sp2"),
            member("g4", "gone"),
            edge(&Relation::OWNER, "g1", "u1"),
        ],
    )
    .await;
    let unit = json!({"id": "au1", "displayName": "Branch"});
    let units = vec![object(&Kind::ADMINISTRATIVE_UNIT, &unit)];
    read(store, "administrative_units", units).await;
    let unit_members = vec![edge(&Relation::UNIT_MEMBER, "au1", "u2")];
    read(store, "administrative_unit_members", unit_members).await;
    read(
        store,
        "devices",
        vec![
            object(
                &Kind::DEVICE,
                &json!({"id": "dd1", "deviceId": "aad-1", "displayName": "LAP-1"}),
            ),
            edge(&Relation::REGISTERED_OWNER, "dd1", "u1"),
        ],
    )
    .await;
    let contact = json!({"id": "c1", "displayName": "Partner", "mail": "p@fabrikam.com"});
    read(
        store,
        "org_contacts",
        vec![object(&Kind::ORG_CONTACT, &contact)],
    )
    .await;
}

async fn access(store: &MemoryStore) {
    let role = |id: &str, name: &str| {
        object(
            &Kind::ROLE_DEFINITION,
            &json!({"id": id, "displayName": name}),
        )
    };
    let roles = vec![
        role("r1", "Global Administrator"),
        role("r2", "User Administrator"),
    ];
    read(store, "role_definitions", roles).await;
    let held = |id: &str, who: &str, role: &str, scope: &str| {
        json!({
            "id": id, "principalId": who, "roleDefinitionId": role, "directoryScopeId": scope,
        })
    };
    let with = |mut json: Value, more: &Value| {
        let more = more.as_object().unwrap().clone();
        json.as_object_mut().unwrap().extend(more);
        json
    };
    read(
        store,
        "role_assignments",
        vec![
            object(&Kind::ROLE_ASSIGNMENT, &held("ra1", "u1", "r1", "/")),
            object(&Kind::ROLE_ASSIGNMENT, &held("ra2", "g2", "r2", "/")),
        ],
    )
    .await;
    let instance = held("ri1", "u1", "r1", "/");
    let activated = json!({"assignmentType": "Activated", "endDateTime": "2026-01-01T08:00:00Z"});
    read(
        store,
        "role_assignment_schedules",
        vec![
            object(&Kind::ROLE_ASSIGNMENT_INSTANCE, &with(instance, &activated)),
            object(
                &Kind::ROLE_ASSIGNMENT_INSTANCE,
                &held("ri2", "sp2", "r2", "/administrativeUnits/au1"),
            ),
        ],
    )
    .await;
    let eligible = with(
        held("re1", "u1", "r2", "/administrativeUnits/au1"),
        &json!({"endDateTime": "2027-01-01T00:00:00Z", "memberType": "Direct"}),
    );
    let eligible = vec![object(&Kind::ROLE_ELIGIBILITY, &eligible)];
    read(store, "role_eligibilities", eligible).await;
    read(
        store,
        "conditional_access_policies",
        vec![object(
            &Kind::CONDITIONAL_ACCESS_POLICY,
            &json!({
                "id": "ca1", "displayName": "Administrators need MFA", "state": "enabled",
                "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
                "conditions": {"users": {
                    "includeUsers": ["All"], "excludeUsers": ["u3", "u3"],
                    "includeGroups": ["g1"], "excludeGroups": ["g1", "lost"],
                    "includeRoles": ["r1"],
                    "excludeGuestsOrExternalUsers": {"guestOrExternalUserTypes": "b2bGuest"},
                }},
            }),
        )],
    )
    .await;
    let scope =
        json!({"query": "/v1.0/groups/g1/transitiveMembers", "queryType": "MicrosoftGraph"});
    let review = json!({"id": "ar1", "displayName": "Quarterly", "scope": scope});
    read(
        store,
        "access_reviews",
        vec![object(&Kind::ACCESS_REVIEW, &review)],
    )
    .await;
    read(
        store,
        "access_review_instances",
        vec![
            object(
                &Kind::ACCESS_REVIEW_INSTANCE,
                &json!({"id": "ari1", "status": "InProgress"}),
            ),
            edge(&Relation::REVIEW_INSTANCE, "ar1", "ari1"),
        ],
    )
    .await;
}

async fn applications(store: &MemoryStore) {
    let credentials = json!([{"hint": "SECRET", "secretText": "SECRET", "keyId": "k"}]);
    read(
        store,
        "applications",
        vec![
            object(
                &Kind::APPLICATION,
                &json!({
                    "id": "a1", "appId": "client-1", "displayName": "Payroll",
                    "passwordCredentials": credentials, "keyCredentials": [],
                }),
            ),
            edge(&Relation::APPLICATION_OWNER, "a1", "u1"),
        ],
    )
    .await;
    let roles = json!([{"id": "ROLE-1", "value": "User.Read.All", "displayName": "Read users"}]);
    let principal = |id: &str, client: &str, name: &str, roles: &Value| {
        object(
            &Kind::SERVICE_PRINCIPAL,
            &json!({
                "id": id, "appId": client, "displayName": name, "appRoles": roles,
                "keyCredentials": [{"key": "SECRET"}],
            }),
        )
    };
    read(
        store,
        "service_principals",
        vec![
            principal("sp1", "client-1", "Payroll", &json!([])),
            principal("sp2", "graph", "Microsoft Graph", &roles),
            edge(&Relation::SERVICE_PRINCIPAL_OWNER, "sp1", "u1"),
        ],
    )
    .await;
    let grant = |id: &str, principal: Option<&str>| {
        object(
            &Kind::PERMISSION_GRANT,
            &json!({
                "id": id, "clientId": "sp1", "resourceId": "sp2", "principalId": principal,
                "consentType": if principal.is_some() { "Principal" } else { "AllPrincipals" },
                "scope": " User.Read  Mail.Read",
            }),
        )
    };
    let grants = vec![grant("gr1", None), grant("gr2", Some("u2"))];
    read(store, "oauth2_permission_grants", grants).await;
    let assigned = |id: &str, who: &str, kind: &str, to: &str, role: &str| {
        object(
            &Kind::APP_ROLE_ASSIGNMENT,
            &json!({
                "id": id, "principalId": who, "principalType": kind, "resourceId": to,
                "appRoleId": role,
            }),
        )
    };
    let everyone = "00000000-0000-0000-0000-000000000000";
    read(
        store,
        "app_role_assignments",
        vec![
            assigned("aa1", "sp1", "ServicePrincipal", "sp2", "role-1"),
            assigned("aa2", "g2", "Group", "sp1", everyone),
            assigned("aa3", "u1", "User", "sp1", everyone),
        ],
    )
    .await;
}

async fn licenses(store: &MemoryStore) {
    let sku = |id: &str, part: &str| {
        object(
            &Kind::SUBSCRIBED_SKU,
            &json!({
                "id": format!("t1_{id}"), "skuId": id, "skuPartNumber": part,
                "consumedUnits": 2, "prepaidUnits": {"enabled": 5},
            }),
        )
    };
    let skus = vec![sku(SKU, "SPB"), sku(E3, "SPE_E3")];
    read(store, "subscribed_skus", skus).await;
    let bought = json!({"id": "s1", "skuId": SKU, "skuPartNumber": "SPB", "status": "Enabled"});
    let bought = vec![object(&Kind::COMPANY_SUBSCRIPTION, &bought)];
    read(store, "company_subscriptions", bought).await;
    read(
        store,
        "license_assignments",
        vec![keyed(
            &Kind::LICENSE_ASSIGNMENT,
            "u2",
            &json!({
                "id": "u2", "assignedLicenses": [{"skuId": SKU}],
                "licenseAssignmentStates": [
                    {"skuId": SKU, "assignedByGroup": "g3", "state": "Error",
                     "error": "CountViolation"},
                    {"skuId": SKU, "assignedByGroup": null, "state": "Active", "error": "None"},
                ],
            }),
        )],
    )
    .await;
}

async fn teams(store: &MemoryStore) {
    let team = json!({"id": "g1", "displayName": "Group g1"});
    read(store, "teams", vec![object(&Kind::TEAM, &team)]).await;
    read(
        store,
        "channels",
        vec![
            object(
                &Kind::CHANNEL,
                &json!({"id": "ch1", "displayName": "General"}),
            ),
            edge(&Relation::CHANNEL, "g1", "ch1"),
        ],
    )
    .await;
    read(
        store,
        "team_members",
        vec![
            edge(&Relation::TEAM_MEMBER, "g1", "u1"),
            edge(&Relation::TEAM_MEMBER, "g1", "u2"),
        ],
    )
    .await;
}

async fn devices(store: &MemoryStore) {
    let device = |id: &str, os: &str, model: &str, user: &str, azure: &str| {
        json!({
            "id": id, "deviceName": format!("NAME-{id}"), "operatingSystem": os, "model": model,
            "userId": user, "userPrincipalName": format!("{user}@contoso.com"),
            "azureADDeviceId": azure, "managementAgent": "mdm", "complianceState": "compliant",
            "activationLockBypassCode": "SECRET", "remoteAssistanceSessionUrl": "https://SECRET",
        })
    };
    let nobody = "00000000-0000-0000-0000-000000000000";
    let mut laptop = device("d1", "Windows", "Latitude 7440", "u1", "aad-1");
    laptop["usersLoggedOn"] = json!([
        {"userId": "u2", "lastLogOnDateTime": "2026-01-01T00:00:00Z"},
        {"userId": "u2", "lastLogOnDateTime": "2026-02-01T00:00:00Z"},
    ]);
    read(
        store,
        "managed_devices",
        vec![
            object(&Kind::MANAGED_DEVICE, &laptop),
            object(
                &Kind::MANAGED_DEVICE,
                &device("d2", "iOS", "iPhone 15", "u2", nobody),
            ),
            object(
                &Kind::MANAGED_DEVICE,
                &device("d3", "Odd", "X", nobody, nobody),
            ),
        ],
    )
    .await;
    read(
        store,
        "detected_apps",
        vec![object(
            &Kind::DETECTED_APP,
            &json!({"id": "da1", "displayName": "Zoom", "version": "5.1"}),
        )],
    )
    .await;
    let found = vec![edge(&Relation::DETECTED_ON, "da1", "d1")];
    read(store, "detected_app_devices", found).await;
}

fn target(kind: &str, group: Option<&str>) -> Value {
    json!({"@odata.type": format!("#microsoft.graph.{kind}"), "groupId": group})
}

async fn policies(store: &MemoryStore) {
    let app = |id: &str, kind: &str, assignments: &Value| {
        object(
            &Kind::MOBILE_APP,
            &json!({
                "@odata.type": format!("#microsoft.graph.{kind}"), "id": id,
                "displayName": format!("App {id}"), "assignments": assignments,
                "largeIcon": {"value": "SECRET"},
            }),
        )
    };
    let mut filtered = target("allLicensedUsersAssignmentTarget", None);
    filtered["deviceAndAppManagementAssignmentFilterType"] = json!("include");
    let group = |kind: &str, group: &str| target(kind, Some(group));
    let everything = target("allDevicesAssignmentTarget", None);
    read(
        store,
        "mobile_apps",
        vec![
            // For every device, but of one platform only.
            app(
                "m1",
                "iosStoreApp",
                &json!([{"intent": "required", "target": everything}]),
            ),
            // For people in a group that is nested in another; of every platform.
            app(
                "m2",
                "webApp",
                &json!([
                    {"intent": "available", "target": group("groupAssignmentTarget", "g2")},
                    {"intent": "required", "target": filtered},
                    {"intent": "required", "target": group("exclusionGroupAssignmentTarget", "g1")},
                ]),
            ),
            app("m3", "win32LobApp", &json!([])),
        ],
    )
    .await;
    let policy = |kind: &Kind, id: &str, of: &str, name: &str, target: &Value| {
        object(
            kind,
            &json!({
                "@odata.type": format!("#microsoft.graph.{of}"), "id": id, name: format!("P {id}"),
                "assignments": [{"id": "x", "target": target}],
                "platforms": if of == "catalogue" { "windows10" } else { "" },
            }),
        )
    };
    let all = target("allDevicesAssignmentTarget", None);
    let devices = group("groupAssignmentTarget", "g3");
    read(
        store,
        "device_compliance_policies",
        vec![policy(
            &Kind::COMPLIANCE_POLICY,
            "cp1",
            "windows10CompliancePolicy",
            "displayName",
            &all,
        )],
    )
    .await;
    read(
        store,
        "device_configurations",
        vec![policy(
            &Kind::DEVICE_CONFIGURATION,
            "dc1",
            "windowsUpdateForBusinessConfiguration",
            "displayName",
            &devices,
        )],
    )
    .await;
    let catalogue = policy(
        &Kind::CONFIGURATION_POLICY,
        "sc1",
        "catalogue",
        "name",
        &all,
    );
    read(store, "configuration_policies", vec![catalogue]).await;
}

async fn statuses(store: &MemoryStore) {
    let status = |kind: &Kind, id: &str, status: &str, name: &str, user: &str| {
        object(
            kind,
            &json!({
                "id": id, "status": status, "deviceDisplayName": name,
                "userPrincipalName": format!("{user}@contoso.com"),
            }),
        )
    };
    let compliance = |id: &str, says: &str, name: &str, user: &str| {
        status(&Kind::COMPLIANCE_STATUS, id, says, name, user)
    };
    read(
        store,
        "device_compliance_states",
        vec![
            compliance("u1_cp1_d1", "nonCompliant", "NAME-d1", "u1"),
            compliance("u2_cp1_d2", "compliant", "NAME-d2", "u2"),
            compliance("odd-1", "error", "name-D2", "U2"),
            compliance("odd-2", "conflict", "NAME-d9", "u9"),
            edge(&Relation::COMPLIANCE_STATUS, "cp1", "u1_cp1_d1"),
            edge(&Relation::COMPLIANCE_STATUS, "cp1", "u2_cp1_d2"),
            edge(&Relation::COMPLIANCE_STATUS, "cp1", "odd-1"),
            edge(&Relation::COMPLIANCE_STATUS, "cp1", "odd-2"),
        ],
    )
    .await;
    read(
        store,
        "device_configuration_states",
        vec![
            status(
                &Kind::CONFIGURATION_STATUS,
                "u1_dc1_d1",
                "error",
                "NAME-d1",
                "u1",
            ),
            edge(&Relation::CONFIGURATION_STATUS, "dc1", "u1_dc1_d1"),
        ],
    )
    .await;
}
