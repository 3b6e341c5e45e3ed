//! The properties of a user.
//! <https://learn.microsoft.com/graph/api/resources/user>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::{DAY, iso};
use crate::guid;
use crate::tenant::Tenant;
use crate::tenant::group::GroupKind;
use crate::tenant::name::{DEPARTMENTS, GIVEN, PARTNERS, PLACES, SURNAME, pick};
use crate::tenant::property::{Entity, Property, write_text, write_value};
use crate::tenant::user::User;

impl Entity for User {
    const TYPE: &'static str = "#microsoft.graph.user";

    fn table() -> &'static [Property<Self>] {
        TABLE
    }

    fn values_set(&self) -> &BTreeMap<&'static str, Value> {
        &self.set
    }
}

type Write = fn(&Tenant, &User, &mut Vec<u8>) -> bool;

const fn default(name: &'static str, write: Write) -> Property<User> {
    Property {
        name,
        default: true,
        write,
    }
}

const fn selected(name: &'static str, write: Write) -> Property<User> {
    Property {
        name,
        default: false,
        write,
    }
}

fn nothing(_: &Tenant, _: &User, _: &mut Vec<u8>) -> bool {
    false
}

fn empty_list(_: &Tenant, _: &User, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(b"[]");
    true
}

fn flag(out: &mut Vec<u8>, value: bool) -> bool {
    out.extend_from_slice(if value { b"true" } else { b"false" });
    true
}

fn given(user: &User) -> &'static str {
    pick(&GIVEN, user.given.into()).copied().unwrap_or_default()
}

fn surname(user: &User) -> &'static str {
    pick(&SURNAME, user.surname.into())
        .copied()
        .unwrap_or_default()
}

fn department(user: &User) -> Option<&'static (&'static str, [&'static str; 3])> {
    pick(&DEPARTMENTS, user.department.into())
}

fn place(user: &User) -> Option<&'static (&'static str, &'static str, &'static str, &'static str)> {
    pick(&PLACES, user.place.into())
}

/// `megan.bowen`, with a number where the name is taken.
fn alias(user: &User) -> String {
    let mut alias = format!("{}.{}", given(user), surname(user)).to_lowercase();
    if user.suffix > 0 {
        alias.push_str(&user.suffix.to_string());
    }
    alias
}

fn partner(user: &User) -> &'static str {
    pick(&PARTNERS, usize::from(user.surname))
        .copied()
        .unwrap_or_default()
}

/// The address a person reads mail at.
pub(crate) fn mail(tenant: &Tenant, user: &User) -> Option<String> {
    if let Some(value) = user.set.get("mail") {
        return value.as_str().map(ToOwned::to_owned);
    }
    if user.guest {
        return Some(format!("{}@{}", alias(user), partner(user)));
    }
    (user.licenses != 0).then(|| format!("{}@{}", alias(user), tenant.domain))
}

/// The name a person signs in with. Guests carry their home address in it.
pub(crate) fn principal_name(tenant: &Tenant, user: &User) -> String {
    if let Some(Value::String(name)) = user.set.get("userPrincipalName") {
        return name.clone();
    }
    if user.guest {
        return format!(
            "{}_{}#EXT#@{}",
            alias(user),
            partner(user),
            tenant.initial_domain
        );
    }
    format!("{}@{}", alias(user), tenant.domain)
}

pub(crate) fn display_name(user: &User) -> String {
    match user.set.get("displayName") {
        Some(Value::String(name)) => name.clone(),
        _ => format!("{} {}", given(user), surname(user)),
    }
}

/// A telephone number from the range set aside for fiction.
pub(crate) fn phone(user: &User) -> String {
    format!("+1 425 555 0{:03}", 100 + user.id % 100)
}

/// The group that gives somebody their licenses, as every fifth person has them.
fn license_group(tenant: &Tenant, user: &User) -> Option<String> {
    let inherited = tenant.user_at(user.id)? % 5 == 3;
    let mut groups = tenant.live_groups().filter(|_| inherited);
    groups
        .find(|group| group.kind == GroupKind::Security)
        .map(|group| guid::text(group.id))
}

/// Whether a license of somebody has an error, as one person's has.
fn license_error(tenant: &Tenant, user: &User) -> bool {
    let mut holders = tenant.users.iter().filter(|user| user.licenses != 0);
    holders.next().is_some_and(|first| first.id == user.id)
}

fn home(
    user: &User,
    write: impl FnOnce(&(&'static str, &'static str, &'static str, &'static str)) -> bool,
) -> bool {
    !user.guest && place(user).is_some_and(write)
}

static TABLE: &[Property<User>] = &[
    default("businessPhones", |_, user, out| {
        if user.guest {
            out.extend_from_slice(b"[]");
            return true;
        }
        out.push(b'[');
        write_text(out, &phone(user));
        out.push(b']');
        true
    }),
    default("displayName", |_, user, out| {
        write_text(out, &display_name(user))
    }),
    default("givenName", |_, user, out| write_text(out, given(user))),
    default("jobTitle", |_, user, out| {
        let title = department(user).and_then(|(_, titles)| pick(titles, user.title.into()));
        !user.guest && title.is_some_and(|title| write_text(out, title))
    }),
    default("mail", |tenant, user, out| {
        mail(tenant, user).is_some_and(|mail| write_text(out, &mail))
    }),
    default("mobilePhone", nothing),
    default("officeLocation", |_, user, out| {
        home(user, |(_, _, _, office)| write_text(out, office))
    }),
    default("preferredLanguage", nothing),
    default("surname", |_, user, out| write_text(out, surname(user))),
    default("userPrincipalName", |tenant, user, out| {
        write_text(out, &principal_name(tenant, user))
    }),
    default("id", |_, user, out| write_text(out, &guid::text(user.id))),
    selected("accountEnabled", |_, user, out| flag(out, user.enabled)),
    selected("ageGroup", nothing),
    selected("assignedLicenses", |tenant, user, out| {
        let held = tenant
            .skus
            .iter()
            .enumerate()
            .filter(|(at, _)| user.licenses & (1 << at) != 0);
        let licenses: Vec<Value> = held
            .map(|(_, sku)| json!({"disabledPlans": [], "skuId": sku.id}))
            .collect();
        write_value(out, &Value::Array(licenses));
        true
    }),
    selected("assignedPlans", |tenant, user, out| {
        let held = tenant
            .skus
            .iter()
            .enumerate()
            .filter(|(at, _)| user.licenses & (1 << at) != 0);
        let since = iso(tenant.base + user.created);
        let plans: Vec<Value> = held
            .flat_map(|(_, sku)| sku.plans)
            .map(|(id, _, service)| {
                json!({"assignedDateTime": since, "capabilityStatus": "Enabled", "service": service, "servicePlanId": id})
            })
            .collect();
        write_value(out, &Value::Array(plans));
        true
    }),
    selected("city", |_, user, out| {
        home(user, |(city, ..)| write_text(out, city))
    }),
    selected("companyName", |tenant, user, out| {
        !user.guest && write_text(out, &tenant.name)
    }),
    selected("consentProvidedForMinor", nothing),
    selected("country", |_, user, out| {
        home(user, |(_, country, ..)| write_text(out, country))
    }),
    selected("createdDateTime", |tenant, user, out| {
        write_text(out, &iso(tenant.base + user.created))
    }),
    selected("creationType", |_, user, out| {
        user.guest && write_text(out, "Invitation")
    }),
    selected("deletedDateTime", |_, user, out| {
        user.bin
            .as_ref()
            .is_some_and(|bin| write_text(out, &iso(bin.at)))
    }),
    selected("department", |_, user, out| {
        !user.guest && department(user).is_some_and(|(department, _)| write_text(out, department))
    }),
    selected("employeeHireDate", nothing),
    selected("employeeId", |_, user, out| {
        !user.guest && write_text(out, &format!("E{:06}", user.id % 1_000_000))
    }),
    selected("employeeLeaveDateTime", nothing),
    selected("employeeOrgData", nothing),
    selected("employeeType", |_, user, out| {
        !user.guest && write_text(out, "Employee")
    }),
    selected("externalUserState", |_, user, out| {
        user.guest && write_text(out, "Accepted")
    }),
    selected("externalUserStateChangeDateTime", |tenant, user, out| {
        user.guest && write_text(out, &iso(tenant.base + user.created + DAY))
    }),
    selected("faxNumber", nothing),
    selected("identities", |tenant, user, out| {
        let identity = json!([{
            "signInType": "userPrincipalName",
            "issuer": tenant.initial_domain,
            "issuerAssignedId": principal_name(tenant, user),
        }]);
        write_value(out, &identity);
        true
    }),
    selected("imAddresses", |tenant, user, out| {
        let addresses: Vec<Value> = mail(tenant, user)
            .filter(|_| !user.guest)
            .map(Value::String)
            .into_iter()
            .collect();
        write_value(out, &Value::Array(addresses));
        true
    }),
    selected("isManagementRestricted", nothing),
    selected("isResourceAccount", nothing),
    selected("lastPasswordChangeDateTime", |tenant, user, out| {
        write_text(out, &iso(tenant.base + user.created))
    }),
    selected("legalAgeGroupClassification", nothing),
    selected("licenseAssignmentStates", |tenant, user, out| {
        let held = tenant
            .skus
            .iter()
            .enumerate()
            .filter(|(at, _)| user.licenses & (1 << at) != 0);
        let since = iso(tenant.base + user.created);
        let (group, error) = (license_group(tenant, user), license_error(tenant, user));
        let states: Vec<Value> = held
            .map(|(_, sku)| {
                json!({
                    "assignedByGroup": group, "disabledPlans": [],
                    "error": if error { "DependencyViolation" } else { "None" },
                    "lastUpdatedDateTime": since, "skuId": sku.id,
                    "state": if error { "ActiveWithError" } else { "Active" },
                })
            })
            .collect();
        write_value(out, &Value::Array(states));
        true
    }),
    selected("mailNickname", |_, user, out| write_text(out, &alias(user))),
    selected("onPremisesDistinguishedName", nothing),
    selected("onPremisesDomainName", nothing),
    selected("onPremisesExtensionAttributes", nothing),
    selected("onPremisesImmutableId", nothing),
    selected("onPremisesLastSyncDateTime", nothing),
    selected("onPremisesProvisioningErrors", empty_list),
    selected("onPremisesSamAccountName", nothing),
    selected("onPremisesSecurityIdentifier", nothing),
    selected("onPremisesSyncEnabled", nothing),
    selected("onPremisesUserPrincipalName", nothing),
    selected("otherMails", |tenant, user, out| {
        let addresses: Vec<Value> = mail(tenant, user)
            .filter(|_| user.guest)
            .map(Value::String)
            .into_iter()
            .collect();
        write_value(out, &Value::Array(addresses));
        true
    }),
    selected("passwordPolicies", nothing),
    selected("postalCode", nothing),
    selected("preferredDataLocation", nothing),
    selected("proxyAddresses", |tenant, user, out| {
        let addresses: Vec<Value> = mail(tenant, user)
            .map(|mail| Value::String(format!("SMTP:{mail}")))
            .into_iter()
            .collect();
        write_value(out, &Value::Array(addresses));
        true
    }),
    selected("provisionedPlans", empty_list),
    selected("securityIdentifier", |_, user, out| {
        let word = |shift: u32| (user.id >> shift) & 0xFFFF_FFFF;
        write_text(
            out,
            &format!(
                "S-1-12-1-{}-{}-{}-{}",
                word(96),
                word(64),
                word(32),
                word(0)
            ),
        )
    }),
    selected("serviceProvisioningErrors", empty_list),
    selected("showInAddressList", nothing),
    selected("signInActivity", |tenant, user, out| {
        tenant.sign_in_activity(user).is_some_and(|activity| {
            write_value(out, &activity);
            true
        })
    }),
    selected("signInSessionsValidFromDateTime", |tenant, user, out| {
        write_text(out, &iso(tenant.base + user.created))
    }),
    selected("state", nothing),
    selected("streetAddress", nothing),
    selected("usageLocation", |_, user, out| {
        place(user).is_some_and(|(_, _, code, _)| write_text(out, code))
    }),
    selected("userType", |_, user, out| {
        write_text(out, if user.guest { "Guest" } else { "Member" })
    }),
];
