//! The published example tenant. Its numbers are a contract; `tests/example_tenant.rs` counts them over HTTP.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::DAY;
use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::role::{self, Assignment, Holding};
use crate::tenant::sku::{BUSINESS_PREMIUM, Sku};
use crate::tenant::user::{Life, MethodSet, PerUserMfa, SignIns, User};

const SEED: u64 = 0x436F_6E74_6F73_6F00;

/// People 0 to 4 administer, 5 to 47 are other members, 48 and 49 guests, 50 to 53 disabled accounts.
const ENABLED: u16 = 50;
const PEOPLE: u16 = 54;
const GUESTS: std::ops::Range<u16> = 48..50;
const WITHOUT_MFA: [u16; 3] = [12, 27, 41];
const PHONE_ONLY: std::ops::RangeInclusive<u16> = 20..=26;
const DEVICES: usize = 32;
const APPLICATIONS: usize = 12;
const NEVER_SIGNED_IN: [u16; 7] = [20, 21, 22, 23, 24, 25, 41];

impl Tenant {
    /// The tenant of the published example: Contoso, `contoso.example`.
    ///
    /// | what | how many |
    /// |---|---|
    /// | enabled people | 50: 48 members, 2 guests |
    /// | administrators among them | 5: Global Administrator ×2, User Administrator, Exchange Administrator through a role-assignable group, Security Administrator only eligible |
    /// | registered for MFA, per-user MFA `enforced` | 47: 40 with Microsoft Authenticator, 7 with a phone only |
    /// | without, per-user MFA `disabled` | 3 members, none of them an administrator |
    /// | disabled accounts | 4, one of them an active Privileged Role Administrator |
    /// | seats of Microsoft 365 Business Premium | 50 bought, 50 assigned to the enabled people |
    /// | assigned seats of people who never signed in | 7; everybody else signed in within 30 days |
    /// | conditional access | MFA for administrator roles (on), MFA for all (report-only), a block (off) |
    /// | security defaults | off |
    /// | devices in the directory | 32 |
    /// | applications of its own | 12 |
    pub fn example() -> Self {
        let mut tenant = Self::empty(
            SEED,
            "Contoso",
            "contoso.example",
            "contoso.onmicrosoft.com",
        );
        let subscription = tenant.new_id();
        tenant
            .skus
            .push(Sku::new(BUSINESS_PREMIUM, 50, subscription));
        let people: Vec<Guid> = (0..PEOPLE)
            .map(|number| tenant.example_person(number))
            .collect();
        let operators = tenant.example_groups(&people);
        tenant.example_roles(&people, operators);
        tenant.policies = policies();
        tenant.named_locations = named_locations();
        tenant.founders = tenant.users.len();
        tenant.devices = DEVICES;
        tenant.applications = APPLICATIONS;
        tenant
    }

    fn example_person(&mut self, number: u16) -> Guid {
        let enabled = number < ENABLED;
        let registered = enabled && !WITHOUT_MFA.contains(&number);
        let methods = if !registered {
            MethodSet::default()
        } else if PHONE_ONLY.contains(&number) {
            MethodSet::PHONE
        } else if number.is_multiple_of(3) {
            MethodSet::PUSH.with(MethodSet::PASSCODE)
        } else {
            MethodSet::PUSH
        };
        let number_i64 = i64::from(number);
        let sign_ins = (!NEVER_SIGNED_IN.contains(&number) && number != 53).then(|| {
            let days = if enabled {
                (number_i64 * 7) % 27
            } else {
                90 + (number_i64 - 50) * 40
            };
            let interactive = -days * DAY - 7_200 - number_i64 * 60;
            SignIns {
                interactive,
                non_interactive: interactive + 3_600,
            }
        });
        let id = self.new_id();
        self.add_user(User {
            id,
            given: number,
            surname: number,
            suffix: 0,
            department: u8::try_from(number % 10).unwrap_or(0),
            title: u8::try_from(number % 3).unwrap_or(0),
            place: u8::try_from(number % 8).unwrap_or(0),
            life: Life::Live,
            enabled,
            guest: GUESTS.contains(&number),
            mfa: if registered {
                PerUserMfa::Enforced
            } else {
                PerUserMfa::Disabled
            },
            methods,
            licenses: u16::from(enabled),
            created: -(400 + number_i64 * 5) * DAY,
            sign_ins,
            set: BTreeMap::new(),
            bin: None,
        });
        id
    }

    /// Groups of several kinds; returns the role-assignable one.
    fn example_groups(&mut self, people: &[Guid]) -> Guid {
        let person = |number: usize| people.get(number).copied();
        let crowd =
            |range: std::ops::Range<usize>| people.get(range).unwrap_or_default().iter().copied();
        let mut make = |kind, name: &str, text: &str| {
            let id = self.new_id();
            let mut group = Group::new(id, kind, name);
            group.description = Some(text.to_owned());
            let at = self.add_group(group);
            (id, at)
        };
        let (operators, operators_at) = make(
            GroupKind::RoleAssignable,
            "Exchange Operators",
            "Run the mail system",
        );
        let (_, europe_at) = make(GroupKind::Security, "Europe", "Everybody in Europe");
        let (germany, germany_at) = make(GroupKind::Security, "Germany", "Everybody in Germany");
        let (berlin, berlin_at) = make(GroupKind::Security, "Berlin Office", "Desks in Berlin");
        let (_, company_at) = make(
            GroupKind::Microsoft365,
            "All Company",
            "Default group for everyone",
        );
        let (_, sales_at) = make(GroupKind::Microsoft365, "Sales", "Sales team");
        let (_, employees_at) = make(GroupKind::Dynamic, "All Employees", "Every enabled account");
        let (_, news_at) = make(
            GroupKind::Distribution,
            "Newsletter",
            "Company news by mail",
        );
        let (_, building_at) = make(
            GroupKind::MailEnabledSecurity,
            "Building Access",
            "Keys to the building",
        );
        let (_, partners_at) = make(
            GroupKind::Security,
            "Project Partners",
            "Guests and their hosts",
        );

        let mut fill = |at: usize, members: Vec<Guid>, owners: Vec<Guid>| {
            if let Some(group) = self.groups.get_mut(at) {
                group.members.extend(members);
                group.owners.extend(owners);
            }
        };
        let one = |number: usize| person(number).into_iter().collect::<Vec<_>>();
        fill(operators_at, one(2), one(0));
        fill(
            europe_at,
            one(5).into_iter().chain([germany]).collect(),
            one(3),
        );
        fill(
            germany_at,
            one(13).into_iter().chain([berlin]).collect(),
            one(3),
        );
        fill(berlin_at, crowd(14..20).collect(), one(13));
        fill(company_at, crowd(0..48).collect(), crowd(0..2).collect());
        fill(
            sales_at,
            crowd(5..15).chain(crowd(48..49)).collect(),
            one(5),
        );
        fill(employees_at, crowd(0..50).collect(), Vec::new());
        fill(news_at, crowd(30..40).collect(), one(1));
        fill(building_at, crowd(10..30).collect(), one(4));
        fill(
            partners_at,
            crowd(48..50).chain(crowd(6..8)).collect(),
            one(6),
        );
        if let Some(sales) = self.groups.get_mut(sales_at) {
            sales.set_value("visibility", "HiddenMembership".into());
        }
        operators
    }

    fn example_roles(&mut self, people: &[Guid], operators: Guid) {
        let person = |number: usize| people.get(number).copied();
        let holders = [
            (person(0), "Global Administrator", Holding::Active),
            (person(1), "Global Administrator", Holding::Active),
            (Some(operators), "Exchange Administrator", Holding::Active),
            (person(3), "User Administrator", Holding::Active),
            (person(4), "Security Administrator", Holding::Eligible),
            (person(50), "Privileged Role Administrator", Holding::Active),
        ];
        for (principal, role, holding) in holders {
            if let (Some(principal), Some(role)) = (principal, role::find(role)) {
                self.hold_role(principal, role, holding, -300 * DAY);
            }
        }
    }

    /// Records that a principal holds a role; returns the id of the assignment.
    pub(crate) fn hold_role(
        &mut self,
        principal: Guid,
        role: &'static role::BuiltInRole,
        holding: Holding,
        start: i64,
    ) -> String {
        let schedule = self.new_id();
        let id = format!(
            "{}-1{}",
            role_assignment_stem(schedule),
            if holding == Holding::Eligible {
                "-e"
            } else {
                ""
            }
        );
        self.assignments.push(Assignment {
            id: id.clone(),
            principal,
            role,
            holding,
            schedule,
            start,
        });
        id
    }
}

/// The opaque first part of an assignment id.
fn role_assignment_stem(schedule: Guid) -> String {
    use base64::Engine as _;
    let other = guid::guid(2, (schedule >> 64) as u64);
    let bytes: Vec<u8> = schedule
        .to_be_bytes()
        .into_iter()
        .chain(other.to_be_bytes())
        .collect();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Template ids of the roles whose holders must use MFA in [`policies`].
pub(crate) fn administrator_roles() -> Vec<&'static str> {
    let wanted = [
        "Exchange Administrator",
        "SharePoint Administrator",
        "Billing Administrator",
    ];
    let known = role::BUILT_IN
        .iter()
        .filter(|role| role.privileged || wanted.contains(&role.name));
    known.map(|role| role.template_id).collect()
}

/// One conditional access policy in its documented shape.
/// <https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy>
pub(crate) fn policy(id: Guid, name: &str, state: &str, users: &Value, grant: &Value) -> Value {
    json!({
        "id": guid::text(id),
        "templateId": null,
        "displayName": name,
        "createdDateTime": "2024-03-11T09:20:14.1830000Z",
        "modifiedDateTime": null,
        "state": state,
        "sessionControls": null,
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": [],
            "clientAppTypes": ["all"],
            "servicePrincipalRiskLevels": [],
            "insiderRiskLevels": null,
            "platforms": null,
            "locations": null,
            "devices": null,
            "clientApplications": null,
            "authenticationFlows": null,
            "applications": {
                "includeApplications": ["All"],
                "excludeApplications": [],
                "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [],
                "applicationFilter": null,
            },
            "users": users,
        },
        "grantControls": {
            "operator": "OR",
            "builtInControls": [grant],
            "customAuthenticationFactors": [],
            "termsOfUse": [],
        },
    })
}

/// Who a policy is for; all other lists are empty.
pub(crate) fn policy_users(include_users: &[&str], include_roles: &[&str]) -> Value {
    json!({
        "includeUsers": include_users,
        "excludeUsers": [],
        "includeGroups": [],
        "excludeGroups": [],
        "includeRoles": include_roles,
        "excludeRoles": [],
        "includeGuestsOrExternalUsers": null,
        "excludeGuestsOrExternalUsers": null,
    })
}

pub(crate) fn policies() -> Vec<Value> {
    let id = |number| guid::guid(SEED ^ 1, number);
    let (mfa, block) = (json!("mfa"), json!("block"));
    let admins = policy_users(&[], &administrator_roles());
    let all = policy_users(&["All"], &[]);
    let mut legacy = policy(
        id(3),
        "Block legacy authentication",
        "disabled",
        &all,
        &block,
    );
    if let Some(types) = legacy.pointer_mut("/conditions/clientAppTypes") {
        *types = json!(["exchangeActiveSync", "other"]);
    }
    vec![
        policy(
            id(1),
            "Require MFA for administrators",
            "enabled",
            &admins,
            &mfa,
        ),
        policy(
            id(2),
            "Require MFA for all users",
            "enabledForReportingButNotEnforced",
            &all,
            &mfa,
        ),
        legacy,
    ]
}

/// An IP range and a list of countries, in their documented shapes.
/// <https://learn.microsoft.com/graph/api/resources/namedlocation>
pub(crate) fn named_locations() -> Vec<Value> {
    vec![
        json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "id": guid::text(guid::guid(SEED ^ 2, 1)),
            "displayName": "Head office",
            "createdDateTime": "2024-03-11T09:02:41.7301177Z",
            "modifiedDateTime": "2024-03-11T09:02:41.7301177Z",
            "isTrusted": true,
            "ipRanges": [
                {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"},
                {"@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8:12::/48"},
            ],
        }),
        json!({
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            "id": guid::text(guid::guid(SEED ^ 2, 2)),
            "displayName": "Countries we work in",
            "createdDateTime": "2024-03-11T09:05:12.2310000Z",
            "modifiedDateTime": "2024-06-02T14:31:09.5000000Z",
            "countriesAndRegions": ["DE", "AT", "CH", "GB"],
            "includeUnknownCountriesAndRegions": false,
            "countryLookupMethod": "clientIpAddress",
        }),
    ]
}
