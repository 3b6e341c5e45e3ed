//! Applications: who may bring them in, who answers for them, how long their credentials live.

use std::collections::BTreeSet;

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding};
use crate::evidence::Grade;
use crate::facts::{AppConsentFact, CredentialFact, ServicePrincipalFact};
use crate::population::ROLES;

pub(super) fn consent(context: &Context<'_>) -> Finding {
    Question::new(
        "can users neither register applications nor consent to them freely?",
        "let administrators decide about applications, and let users ask them",
    )
    .every(context, |row: &AppConsentFact| {
        let free = row.user_consent.as_ref().map(|policies| {
            let legacy = |policy: &String| policy.ends_with("microsoft-user-default-legacy");
            policies.iter().any(legacy)
        });
        match (row.users_can_register_apps, free) {
            (Some(true), _) => Answer::fail("users can register applications"),
            (_, Some(true)) => Answer::fail("users can consent to any application"),
            (Some(false), Some(false)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    })
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
        match (row.first_party, &row.owners) {
            (Some(true), _) => Answer::Skip,
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
        return question.undeclared::<ServicePrincipalFact>(context, super::CREDENTIAL_DAYS);
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

/// Application permissions by which the holder can become, or make, a Global Administrator:
/// <https://learn.microsoft.com/en-us/graph/permissions-reference>.
const PRIVILEGED: [&str; 8] = [
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "PrivilegedAccess.ReadWrite.AzureAD",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleManagement.ReadWrite.Directory",
    "UserAuthenticationMethod.ReadWrite.All",
];

pub(super) fn privileged(context: &Context<'_>) -> Finding {
    let holders: &BTreeSet<&str> = &context.population.service_principals;
    let roles_known = context.population.roles == Grade::Whole;
    let as_of = context.evidence.as_of();
    let mut finding = Question::new(
        "does no application that can administer the tenant sign in with a secret?",
        "let the applications listed sign in with a certificate or a managed identity, or take the privilege away",
    )
    .none_passes("no application can administer the tenant")
    .every(context, |row: &ServicePrincipalFact| {
        let by_permission = row.permissions.as_ref().map(|permissions| {
            let is = |p: &String| PRIVILEGED.iter().any(|known| p.eq_ignore_ascii_case(known));
            permissions.iter().any(is)
        });
        let privileged = match by_permission {
            _ if holders.contains(row.id.as_str()) => Some(true),
            Some(true) => Some(true),
            Some(false) if roles_known => Some(false),
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
            _ => Answer::Unknown("what it may do, or how it signs in, was not read"),
        }
    });
    context.need(ROLES, &mut finding);
    finding
}
