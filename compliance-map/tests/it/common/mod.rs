//! What several test files need.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part"
)]
#![allow(
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a skipped test says so, a broken one panics, and a table is as long as it is"
)]

pub(crate) mod cases;
mod cases_access;
mod cases_devices;
mod cases_mail;
mod cases_people;
mod cases_settings;

use std::path::PathBuf;
use std::sync::LazyLock;

use compliance_map::facts::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals, PerUserMfaFact, RegistrationFact,
    RoleAssignmentFact, SecurityDefaultsFact, SignInFact, UserFact,
};
use compliance_map::{Assessment, Catalogue, Fact, Facts, Options, Timestamp, assess};

/// The time of every assessment in the tests.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn assess_all(facts: &Facts) -> Assessment {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);
    assess(facts, &CATALOGUE, &Options::new(now())).unwrap()
}

/// Reference material that lies beside the workspace on the machines of its authors.
///
/// `None` elsewhere; the test then says that it was skipped.
pub(crate) fn reference_material(file: &str) -> Option<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/frameworks");
    let text = std::fs::read_to_string(folder.join(file)).ok();
    if text.is_none() {
        println!("SKIPPED: the reference material {file} is not on this machine");
    }
    text
}

/// A whole fact, read an hour before [`NOW`].
pub(crate) fn fact_of<T>(items: impl IntoIterator<Item = T>) -> Fact<T> {
    let collected_at = "2026-11-21T11:00:00Z".parse().unwrap();
    Fact::ok(collected_at, items.into_iter().collect())
}

/// A tenant in which every control about MFA passes: `count` people, the first a Global Administrator,
/// all with the Authenticator app, and one policy that asks everybody for MFA everywhere.
pub(crate) fn covered_tenant(count: usize) -> Facts {
    let ids: Vec<String> = (1..=count).map(|n| format!("u{n:02}")).collect();
    Facts {
        identity_users: fact_of(ids.iter().map(|id| user(id))),
        identity_groups: fact_of([]),
        identity_role_assignments: fact_of([holds("u01", "Global Administrator")]),
        identity_signin_activity: fact_of(
            ids.iter()
                .map(|id| signed_in(id, Some("2026-11-20T08:00:00Z"))),
        ),
        auth_registration: fact_of(
            ids.iter()
                .map(|id| registered(id, &["microsoftAuthenticatorPush"])),
        ),
        auth_per_user_mfa: fact_of(ids.iter().map(|id| per_user(id, "disabled"))),
        auth_security_defaults: fact_of([SecurityDefaultsFact::default()]),
        auth_ca_policies: fact_of([mfa_for_all()]),
        ..Facts::default()
    }
}

pub(crate) fn user(id: &str) -> UserFact {
    UserFact {
        id: id.into(),
        upn: Some(format!("{id}@contoso.example")),
        enabled: Some(true),
        kind: Some("Member".into()),
        created: Some("2025-01-01T00:00:00Z".parse().unwrap()),
        ..UserFact::default()
    }
}

pub(crate) fn holds(principal: &str, role: &str) -> RoleAssignmentFact {
    RoleAssignmentFact {
        principal: principal.into(),
        role: role.into(),
        kind: Some("active".into()),
        ..RoleAssignmentFact::default()
    }
}

/// Signed in for the last time, with success.
pub(crate) fn signed_in(user: &str, last: Option<&str>) -> SignInFact {
    let last = last.map(|time| time.parse().unwrap());
    SignInFact {
        user: user.into(),
        last_interactive: last,
        last_success: last,
        ..SignInFact::default()
    }
}

pub(crate) fn registered(user: &str, methods: &[&str]) -> RegistrationFact {
    RegistrationFact {
        user: user.into(),
        mfa_capable: Some(!methods.is_empty()),
        methods: methods.iter().map(|m| (*m).to_owned()).collect(),
        ..RegistrationFact::default()
    }
}

pub(crate) fn per_user(user: &str, state: &str) -> PerUserMfaFact {
    PerUserMfaFact {
        user: user.into(),
        state: state.into(),
        ..PerUserMfaFact::default()
    }
}

pub(crate) fn mfa_for_all() -> CaPolicyFact {
    CaPolicyFact {
        id: "mfa-for-all".into(),
        name: Some("MFA for all".into()),
        state: "enabled".into(),
        include: Some(CaPrincipals {
            users: vec!["All".into()],
            ..CaPrincipals::default()
        }),
        exclude: Some(CaPrincipals::default()),
        apps: Some(CaApps {
            include: vec!["All".into()],
            ..CaApps::default()
        }),
        conditions: Some(CaConditions::default()),
        grant: Some(CaGrant {
            operator: Some("OR".into()),
            controls: vec!["mfa".into()],
            ..CaGrant::default()
        }),
        ..CaPolicyFact::default()
    }
}
