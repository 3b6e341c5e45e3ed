//! The properties of a group.
//! <https://learn.microsoft.com/graph/api/resources/group>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::iso;
use crate::guid;
use crate::tenant::Tenant;
use crate::tenant::estate::team::is_team;
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::property::{Entity, Property, write_text, write_value};

impl Entity for Group {
    const TYPE: &'static str = "#microsoft.graph.group";

    fn table() -> &'static [Property<Self>] {
        TABLE
    }

    fn values_set(&self) -> &BTreeMap<&'static str, Value> {
        &self.set
    }
}

type Write = fn(&Tenant, &Group, &mut Vec<u8>) -> bool;

const fn default(name: &'static str, write: Write) -> Property<Group> {
    Property {
        name,
        default: true,
        write,
    }
}

const fn selected(name: &'static str, write: Write) -> Property<Group> {
    Property {
        name,
        default: false,
        write,
    }
}

fn nothing(_: &Tenant, _: &Group, _: &mut Vec<u8>) -> bool {
    false
}

fn empty_list(_: &Tenant, _: &Group, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(b"[]");
    true
}

fn flag(out: &mut Vec<u8>, value: bool) -> bool {
    out.extend_from_slice(if value { b"true" } else { b"false" });
    true
}

fn mail_enabled(group: &Group) -> bool {
    !matches!(group.kind, GroupKind::Security | GroupKind::RoleAssignable)
}

fn security_enabled(group: &Group) -> bool {
    matches!(
        group.kind,
        GroupKind::Security | GroupKind::RoleAssignable | GroupKind::MailEnabledSecurity
    )
}

fn nickname(group: &Group) -> String {
    group
        .name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}

fn mail(tenant: &Tenant, group: &Group) -> Option<String> {
    mail_enabled(group).then(|| format!("{}@{}", nickname(group), tenant.domain))
}

static TABLE: &[Property<Group>] = &[
    default("id", |_, group, out| write_text(out, &guid::text(group.id))),
    default("deletedDateTime", |_, group, out| {
        group
            .bin
            .as_ref()
            .is_some_and(|bin| write_text(out, &iso(bin.at)))
    }),
    default("classification", nothing),
    default("createdDateTime", |tenant, group, out| {
        write_text(out, &iso(tenant.base + group.created))
    }),
    default("description", |_, group, out| {
        group
            .description
            .as_ref()
            .is_some_and(|text| write_text(out, text))
    }),
    default("displayName", |_, group, out| write_text(out, &group.name)),
    default("expirationDateTime", nothing),
    default("groupTypes", |_, group, out| {
        let types = match group.kind {
            GroupKind::Microsoft365 => json!(["Unified"]),
            GroupKind::Dynamic => json!(["Unified", "DynamicMembership"]),
            _ => json!([]),
        };
        write_value(out, &types);
        true
    }),
    default("isAssignableToRole", |_, group, out| {
        group.kind == GroupKind::RoleAssignable && flag(out, true)
    }),
    default("mail", |tenant, group, out| {
        mail(tenant, group).is_some_and(|mail| write_text(out, &mail))
    }),
    default("mailEnabled", |_, group, out| {
        flag(out, mail_enabled(group))
    }),
    default("mailNickname", |_, group, out| {
        write_text(out, &nickname(group))
    }),
    default("membershipRule", |_, group, out| {
        group.kind == GroupKind::Dynamic && write_text(out, "user.accountEnabled -eq true")
    }),
    default("membershipRuleProcessingState", |_, group, out| {
        group.kind == GroupKind::Dynamic && write_text(out, "On")
    }),
    default("onPremisesDomainName", nothing),
    default("onPremisesLastSyncDateTime", nothing),
    default("onPremisesNetBiosName", nothing),
    default("onPremisesProvisioningErrors", empty_list),
    default("onPremisesSamAccountName", nothing),
    default("onPremisesSecurityIdentifier", nothing),
    default("onPremisesSyncEnabled", nothing),
    default("preferredDataLocation", nothing),
    default("preferredLanguage", nothing),
    default("proxyAddresses", |tenant, group, out| {
        let addresses: Vec<Value> = mail(tenant, group)
            .map(|mail| Value::String(format!("SMTP:{mail}")))
            .into_iter()
            .collect();
        write_value(out, &Value::Array(addresses));
        true
    }),
    default("renewedDateTime", |tenant, group, out| {
        write_text(out, &iso(tenant.base + group.created))
    }),
    default("securityEnabled", |_, group, out| {
        flag(out, security_enabled(group))
    }),
    default("securityIdentifier", |_, group, out| {
        let word = |shift: u32| (group.id >> shift) & 0xFFFF_FFFF;
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
    default("theme", nothing),
    default("visibility", |_, group, out| {
        matches!(group.kind, GroupKind::Microsoft365 | GroupKind::Dynamic)
            && write_text(out, "Private")
    }),
    selected("assignedLabels", empty_list),
    selected("assignedLicenses", empty_list),
    selected("hasMembersWithLicenseErrors", nothing),
    selected("isManagementRestricted", nothing),
    selected("licenseProcessingState", nothing),
    selected("resourceBehaviorOptions", empty_list),
    selected("resourceProvisioningOptions", |_, group, out| {
        let options = if is_team(group) {
            json!(["Team"])
        } else {
            json!([])
        };
        write_value(out, &options);
        true
    }),
    selected("serviceProvisioningErrors", empty_list),
    selected("uniqueName", nothing),
];
