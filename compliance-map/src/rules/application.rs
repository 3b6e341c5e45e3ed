//! Applications: who may bring them in, who answers for them, how long their credentials live.

use std::collections::BTreeSet;

use serde_json::Value;

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding, parameter};
use crate::evidence::EvidenceGrade;
use crate::facts::{AppConsentFact, CredentialFact, Row as _, ServicePrincipalFact};
use crate::population::ROLES;

pub(super) fn consent(context: &Context<'_>) -> Finding {
    Question::new(
        "can users neither register applications nor consent to them freely?",
        "let administrators decide about applications, and let users ask them",
    )
    .every(context, |row: &AppConsentFact| {
        let free = row.user_consent.as_deref().map(strongest_consent);
        match (row.users_can_register_apps, free) {
            (Some(true), _) => Answer::fail("users can register applications"),
            (_, Some(Consent::Free)) => {
                Answer::fail("users can consent to applications of any publisher")
            }
            (_, Some(Consent::Unknown)) => {
                Answer::Unknown("what one of the policies lets users consent to is not known")
            }
            (Some(false), Some(Consent::Harmless)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

/// What users may consent to by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Consent {
    Harmless,
    Unknown,
    Free,
}

/// What the policies assigned to users let them consent to, by names that Microsoft gave; one of the
/// organisation's own making may permit anything. See
/// <https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/configure-user-consent>.
fn strongest_consent(policies: &[String]) -> Consent {
    let of = |policy: &String| {
        let policy = policy.trim().to_ascii_lowercase();
        let (whose, name) = policy.split_once('.').unwrap_or(("", policy.as_str()));
        match (whose, name) {
            // Only verified publishers and permissions classified as low.
            ("managepermissiongrantsforself", "microsoft-user-default-low") => Consent::Harmless,
            (
                "managepermissiongrantsforself",
                "microsoft-user-default-legacy" | "microsoft-user-default-recommended",
            ) => Consent::Free,
            // An owner may let applications into a team or a chat, not into accounts.
            ("managepermissiongrantsforownedresource", name)
                if name.starts_with("microsoft-dynamically-managed-permissions-for-") =>
            {
                Consent::Harmless
            }
            _ => Consent::Unknown,
        }
    };
    policies.iter().map(of).max().unwrap_or(Consent::Harmless)
}

pub(super) fn tenant_creation(context: &Context<'_>) -> Finding {
    Question::new(
        "can users not create tenants?",
        "let only administrators create tenants",
    )
    .every(context, |row: &AppConsentFact| {
        let why = "users can create tenants, of which they are the administrators";
        Answer::is(row.users_can_create_tenants, false, why)
    })
}

pub(super) fn consent_requests(context: &Context<'_>) -> Finding {
    Question::new(
        "can users ask administrators to consent to an application?",
        "switch on requests for administrators' consent",
    )
    .every(context, |row: &AppConsentFact| {
        Answer::is(
            row.admin_consent_requests,
            true,
            "requests are switched off",
        )
    })
}

pub(super) fn owners(context: &Context<'_>) -> Finding {
    Question::new(
        "has every application of the organisation an owner?",
        "name an owner for each application listed, or remove it",
    )
    .every(context, |row: &ServicePrincipalFact| {
        // An identity that Azure makes, and a provider of social accounts, nobody has to own:
        // <https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal>.
        let kind = row
            .extra
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let needs_none = ["ManagedIdentity", "SocialIdp"];
        match (row.first_party, &row.owners) {
            (Some(true), _) => Answer::Skip,
            _ if needs_none.iter().any(|k| kind.eq_ignore_ascii_case(k)) => Answer::Skip,
            (_, Some(owners)) if !owners.is_empty() => Answer::Pass,
            (_, None) => Answer::Unknown(NOT_READ),
            (Some(false), Some(_)) => Answer::fail("has no owner"),
            (None, Some(_)) => {
                Answer::Unknown("has no owner, and whether Microsoft owns it was not read")
            }
        }
    })
}

pub(super) fn credential_lifetime(context: &Context<'_>, days: Option<u32>) -> Finding {
    let words = match days {
        Some(days) => {
            format!("does every credential of an application end within {days} days of its start?")
        }
        None => "does every credential of an application end within the declared time?".to_owned(),
    };
    let question = Question::new(
        words,
        "replace the credentials of the applications listed by ones that end sooner, or by managed identities",
    );
    let Some(days) = days else {
        return question.undeclared::<ServicePrincipalFact>(context, parameter::CREDENTIAL_DAYS);
    };
    let limit = i64::from(days) * 86_400;
    let as_of = context.evidence.as_of();
    question.every(context, |row: &ServicePrincipalFact| {
        let Some(credentials) = &row.credentials else {
            return Answer::Unknown(NOT_READ);
        };
        let in_use = |c: &&CredentialFact| c.expires.is_none_or(|expires| expires > as_of);
        let mut unread = false;
        for credential in credentials.iter().filter(in_use) {
            match (credential.starts, credential.expires) {
                (Some(starts), Some(expires))
                    if expires.is_more_than_seconds_after(starts, limit) =>
                {
                    return Answer::Fail(format!(
                        "has a credential that lives longer than {days} days"
                    ));
                }
                (Some(_), Some(_)) => {}
                _ => unread = true,
            }
        }
        if unread {
            Answer::Unknown("when a credential starts or ends was not read")
        } else {
            Answer::Pass
        }
    })
}

/// Application permissions by which the holder can become, or make, a Global Administrator, or act
/// as one: <https://learn.microsoft.com/en-us/graph/permissions-reference>.
const PRIVILEGED: [&str; 23] = [
    "AdministrativeUnit.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Domain.ReadWrite.All",
    "EntitlementManagement.ReadWrite.All",
    "Organization.ReadWrite.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.PermissionGrant",
    "PrivilegedAccess.ReadWrite.AzureAD",
    "PrivilegedAccess.ReadWrite.AzureADGroup",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "PublicKeyInfrastructure.ReadWrite.All",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
    "RoleManagementPolicy.ReadWrite.Directory",
    "Synchronization.ReadWrite.All",
    "User-PasswordProfile.ReadWrite.All",
    "UserAuthenticationMethod.ReadWrite.All",
];

/// Permissions that write the content of the organisation, and no account, role or policy.
const CONTENT: [&str; 24] = [
    "Calendars.",
    "Channel.",
    "ChannelMember.",
    "ChannelMessage.",
    "ChannelSettings.",
    "Chat.",
    "ChatMember.",
    "ChatMessage.",
    "Contacts.",
    "Files.",
    "Mail.",
    "MailboxFolder.",
    "MailboxItem.",
    "MailboxSettings.",
    "Notes.",
    "OnlineMeetings.",
    "Place.",
    "Presence.",
    "Sites.",
    "Tasks.",
    "Teams.",
    "TeamsActivity.",
    "TeamsTab.",
    "TermStore.",
];

/// Whether an application can administer the tenant by a permission; `None` where what it permits is
/// not known.
fn is_privileged(permission: &str) -> Option<bool> {
    let permission = permission.trim();
    let is = |known: &&str| permission.eq_ignore_ascii_case(known);
    if PRIVILEGED.iter().any(is) {
        return Some(true);
    }
    let starts = |family: &&str| {
        let start = permission.get(..family.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(family))
    };
    let mut parts = permission.split('.').skip(1);
    let reads = parts.next().is_some_and(|verb| {
        let verb = verb.to_ascii_lowercase();
        verb == "read" || verb == "readbasic"
    });
    (reads || CONTENT.iter().any(starts)).then_some(false)
}

pub(super) fn privileged(context: &Context<'_>) -> Finding {
    let population = &context.population;
    let holders: &BTreeSet<&str> = &population.service_principals;
    let roles_known = population.roles == EvidenceGrade::Whole;
    let as_of = context.evidence.as_of();
    let mut finding = Question::new(
        "does no application that can administer the tenant sign in with a secret?",
        "let the applications listed sign in with a certificate or a managed identity, or take the privilege away",
    )
    .none_passes("no application can administer the tenant")
    .every(context, |row: &ServicePrincipalFact| {
        let id = row.id.as_str();
        let by_role = if holders.contains(id) {
            Some(true)
        } else if roles_known && !population.custom_service_principals.contains(id) {
            Some(false)
        } else {
            None
        };
        let by_permission = row.permissions.as_ref().and_then(|permissions| {
            let mut told = permissions.iter().map(|p| is_privileged(p));
            if told.clone().any(|is| is == Some(true)) {
                Some(true)
            } else {
                told.all(|is| is.is_some()).then_some(false)
            }
        });
        let privileged = match (by_role, by_permission) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
        let secret = row.credentials.as_ref().map(|credentials| {
            let usable = credentials
                .iter()
                .filter(|c| c.expires.is_none_or(|expires| expires > as_of));
            let kinds: Vec<&str> = usable.map(|c| c.kind.as_deref().unwrap_or_default()).collect();
            if kinds.iter().any(|kind| kind.eq_ignore_ascii_case("secret")) {
                Some(true)
            } else if kinds.iter().all(|kind| kind.eq_ignore_ascii_case("certificate")) {
                Some(false)
            } else {
                None
            }
        });
        match (privileged, secret.flatten()) {
            (Some(false), _) => Answer::Skip,
            (_, Some(false)) => Answer::Pass,
            (Some(true), Some(true)) => {
                Answer::fail("can administer the tenant and signs in with a secret")
            }
            _ => Answer::Unknown("what it may do, or how it signs in, is not known"),
        }
    });
    context.need(ROLES, &mut finding);
    need_holders(context, &mut finding);
    let rows = &context.evidence.facts.identity_service_principals.items;
    if rows.is_empty() && finding.vacuous_pass.take().is_some() {
        let key = ServicePrincipalFact::KEY;
        finding.missing.insert(context.evidence.missing(key));
        finding.undecidable = Some("no application was read, yet every tenant has some");
    }
    finding
}

/// An application that holds a privileged role and is in no list: how it signs in is not known.
fn need_holders(context: &Context<'_>, finding: &mut Finding) {
    let key = ServicePrincipalFact::KEY;
    if context.evidence.grade(key) == EvidenceGrade::Absent {
        return;
    }
    let rows = &context.evidence.facts.identity_service_principals.items;
    let listed: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let population = &context.population;
    let holders = population.service_principals.iter();
    for id in holders.chain(&population.custom_service_principals) {
        if !listed.contains(id) {
            let why = "holds a role of administrators, and how it signs in was not read";
            let member = context.population.member(id);
            finding.count(context, key, member, Answer::Unknown(why));
            finding.vacuous_pass = None;
        }
    }
}
