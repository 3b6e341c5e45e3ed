//! What holds for any tenant: less evidence never looks better, order and repetition do not matter.
#![allow(
    clippy::struct_excessive_bools,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::common::{
    assess_all, fact_of, holds, mfa_for_all, per_user, registered, signed_in, user,
};
use compliance_map::facts::{CaPolicyFact, CaPrincipals, GroupFact, SecurityDefaultsFact};
use compliance_map::{Assessment, ControlResult, Fact, Facts, Status, render};
use proptest::prelude::*;

fn id(n: usize) -> String {
    format!("u{n}")
}

#[derive(Debug, Clone)]
struct Somebody {
    enabled: bool,
    guest: bool,
    admin: bool,
    methods: usize,
    per_user: usize,
    grouped: bool,
    last: usize,
}

const METHODS: [&[&str]; 4] = [
    &["microsoftAuthenticatorPush"],
    &["mobilePhone"],
    &["email"],
    &[],
];
const PER_USER: [&str; 3] = ["disabled", "enabled", "enforced"];
const LAST: [Option<&str>; 4] = [
    Some("2026-11-20T00:00:00Z"),
    Some("2026-09-22T00:00:00Z"),
    Some("2026-06-01T00:00:00Z"),
    None,
];

fn somebody() -> impl Strategy<Value = Somebody> {
    (
        prop::bool::weighted(0.9),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        prop_oneof![6 => Just(0_usize), 2 => Just(1_usize), 1 => 2..4_usize],
        prop_oneof![4 => Just(0_usize), 1 => 1..3_usize],
        any::<bool>(),
        0..4_usize,
    )
        .prop_map(
            |(enabled, guest, admin, methods, per_user, grouped, last)| Somebody {
                enabled,
                guest,
                admin,
                methods,
                per_user,
                grouped,
                last,
            },
        )
}

/// 0 everybody, 1 the group, 2 administrators; left out: 0 nobody, 1 the group, 2 the first person.
fn policy() -> impl Strategy<Value = CaPolicyFact> {
    let shape = (0..3_usize, prop_oneof![3 => Just(0_usize), 1 => 1..3_usize]);
    let bend = (0..6_usize, prop::bool::weighted(0.2));
    (shape, bend).prop_map(|((include, exclude), (bend, report_only))| {
        let mut policy = mfa_for_all();
        policy.id = format!("{include}{exclude}{bend}{report_only}");
        let group = || CaPrincipals {
            groups: vec!["g".into()],
            ..CaPrincipals::default()
        };
        match include {
            1 => policy.include = Some(group()),
            2 => {
                policy.include = Some(CaPrincipals {
                    roles: vec!["Global Administrator".into()],
                    ..CaPrincipals::default()
                });
            }
            _ => {}
        }
        match exclude {
            1 => policy.exclude = Some(group()),
            2 => policy.exclude.as_mut().unwrap().users.push(id(0)),
            _ => {}
        }
        match bend {
            1 => policy
                .grant
                .as_mut()
                .unwrap()
                .controls
                .push("compliantDevice".into()),
            2 => policy
                .conditions
                .as_mut()
                .unwrap()
                .locations_exclude
                .push("AllTrusted".into()),
            _ => {}
        }
        if report_only {
            policy.state = "enabledForReportingButNotEnforced".into();
        }
        policy
    })
}

fn tenant() -> impl Strategy<Value = Facts> {
    (
        prop::collection::vec(somebody(), 1..8),
        prop::collection::vec(policy(), 0..3),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(people, mut policies, defaults)| {
            // The service enforces no policy beside security defaults.
            if defaults {
                for policy in &mut policies {
                    policy.state = "disabled".into();
                }
            }
            let each = || people.iter().enumerate();
            let mut facts = Facts {
                identity_users: fact_of(each().map(|(n, somebody)| {
                    let mut fact = user(&id(n));
                    fact.enabled = Some(somebody.enabled);
                    fact.kind = Some(if somebody.guest { "Guest" } else { "Member" }.into());
                    fact
                })),
                identity_groups: fact_of([GroupFact {
                    id: "g".into(),
                    members: each()
                        .filter(|(_, s)| s.grouped)
                        .map(|(n, _)| id(n))
                        .collect(),
                    ..GroupFact::default()
                }]),
                identity_role_assignments: fact_of(
                    each()
                        .filter(|(_, s)| s.admin)
                        .map(|(n, _)| holds(&id(n), "Global Administrator")),
                ),
                identity_signin_activity: fact_of(
                    each().map(|(n, s)| signed_in(&id(n), LAST[s.last])),
                ),
                auth_registration: fact_of(
                    each().map(|(n, s)| registered(&id(n), METHODS[s.methods])),
                ),
                auth_per_user_mfa: fact_of(
                    each().map(|(n, s)| per_user(&id(n), PER_USER[s.per_user])),
                ),
                auth_security_defaults: fact_of([SecurityDefaultsFact {
                    enabled: defaults,
                    ..SecurityDefaultsFact::default()
                }]),
                auth_ca_policies: fact_of(policies),
                ..Facts::default()
            };
            facts.overlay.set("inactivity_days", 60);
            facts.overlay.set("phishing_resistant_for_admins", true);
            facts
        })
}

/// Higher is better. Losing sight of a failure is inevitable when evidence goes, so unknown and
/// manual rank with not satisfied; nothing may rank higher than it did.
fn rank(status: Status) -> u8 {
    match status {
        Status::Satisfied => 2,
        Status::PartiallySatisfied => 1,
        _ => 0,
    }
}

fn never_better(before: &Assessment, after: &Assessment) -> Result<(), TestCaseError> {
    for (old, new) in before.results.iter().zip(&after.results) {
        prop_assert_eq!(&old.control, &new.control);
        prop_assert!(
            rank(new.status) <= rank(old.status),
            "{} went from {:?} to {:?}: {}",
            old.control,
            old.status,
            new.status,
            new.why
        );
        // Manual says that what facts can show is fine: that too must have been so before.
        let fine = |status| matches!(status, Status::Satisfied | Status::Manual);
        prop_assert!(
            fine(old.status) || !fine(new.status),
            "{} went from {:?} to {:?}",
            old.control,
            old.status,
            new.status
        );
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Harm {
    Removed,
    Denied,
    Unlicensed,
    Aged,
    Future,
    Truncated,
    RowLost,
}

fn harm<T>(fact: &mut Fact<T>, harm: Harm, keep: usize) {
    match harm {
        Harm::Removed => *fact = Fact::not_collected(),
        Harm::Denied => *fact = Fact::denied("a permission"),
        Harm::Unlicensed => *fact = Fact::unlicensed("a plan"),
        Harm::Aged => fact.collected_at = Some("2026-01-01T00:00:00Z".parse().unwrap()),
        Harm::Future => fact.collected_at = Some("2027-01-01T00:00:00Z".parse().unwrap()),
        Harm::Truncated => {
            if let Some(collected_at) = fact.collected_at {
                let rows = std::mem::take(&mut fact.items)
                    .into_iter()
                    .take(keep)
                    .collect();
                *fact = Fact::truncated(collected_at, rows, "cut short");
            }
        }
        Harm::RowLost => {
            if !fact.items.is_empty() {
                let row = keep % fact.items.len();
                fact.items.remove(row);
            }
        }
    }
}

fn harm_one(facts: &mut Facts, which: usize, how: Harm, keep: usize) {
    // A row that silently vanishes from the list of accounts, roles, policies or groups cannot be
    // noticed by anybody; from a list that has a row per account it can.
    let per_account_only = matches!(how, Harm::RowLost);
    match which % 8 {
        0 => harm(&mut facts.auth_registration, how, keep),
        1 => harm(&mut facts.auth_per_user_mfa, how, keep),
        2 => harm(&mut facts.identity_signin_activity, how, keep),
        _ if per_account_only => harm(&mut facts.auth_registration, how, keep),
        3 => harm(&mut facts.identity_users, how, keep),
        4 => harm(&mut facts.identity_groups, how, keep),
        5 => harm(&mut facts.identity_role_assignments, how, keep),
        6 => harm(&mut facts.auth_ca_policies, how, keep),
        _ => harm(&mut facts.auth_security_defaults, how, keep),
    }
}

fn any_harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        Just(Harm::Removed),
        Just(Harm::Denied),
        Just(Harm::Unlicensed),
        Just(Harm::Aged),
        Just(Harm::Future),
        Just(Harm::Truncated),
        Just(Harm::RowLost),
    ]
}

fn shuffled<T>(items: &mut [T], mut seed: u64) {
    for last in (1..items.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        items.swap(last, usize::try_from(seed >> 33).unwrap() % (last + 1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn losing_evidence_never_improves_a_status(
        facts in tenant(),
        harms in prop::collection::vec((0..8_usize, any_harm(), 0..6_usize), 1..3),
    ) {
        let mut less = facts.clone();
        let mut before = assess_all(&facts);
        for (which, how, keep) in harms {
            harm_one(&mut less, which, how, keep);
            let after = assess_all(&less);
            never_better(&before, &after)?;
            before = after;
        }
    }

    #[test]
    fn adding_a_failing_person_never_improves_a_status(facts in tenant(), admin in any::<bool>()) {
        let mut more = facts.clone();
        more.identity_users.items.push(user("new"));
        more.auth_registration.items.push(registered("new", &[]));
        more.auth_per_user_mfa.items.push(per_user("new", "disabled"));
        more.identity_signin_activity.items.push(signed_in("new", Some("2025-02-01T00:00:00Z")));
        if admin {
            more.identity_role_assignments.items.push(holds("new", "Exchange Administrator"));
        }
        let (mut before, mut after) = (assess_all(&facts), assess_all(&more));
        // The person fails these controls, not every control. Where nothing was known before, the
        // failure is news.
        after.results.retain(|result| result.subjects.failing.contains("new"));
        prop_assert!(after.results.len() >= 10);
        for result in &after.results {
            let failure = matches!(result.status, Status::PartiallySatisfied | Status::NotSatisfied);
            prop_assert!(failure, "{} is {:?}", result.control, result.status);
        }
        let settled =
            |result: &&ControlResult| !matches!(result.status, Status::Unknown | Status::Manual);
        let keys: Vec<_> = before.results.iter().filter(settled).map(|r| r.control.clone()).collect();
        before.results.retain(|r| keys.contains(&r.control) && after.results.iter().any(|a| a.control == r.control));
        let mut settled_after = after.clone();
        settled_after.results.retain(|r| keys.contains(&r.control));
        never_better(&before, &settled_after)?;
        let everybody = &after.result("cis-v8.1:6.3").unwrap().subjects;
        prop_assert!(everybody.failing.contains("new"));
    }

    #[test]
    fn order_of_rows_does_not_change_a_byte(facts in tenant(), seed in any::<u64>()) {
        let mut other = facts.clone();
        shuffled(&mut other.identity_users.items, seed);
        shuffled(&mut other.identity_role_assignments.items, seed);
        shuffled(&mut other.identity_signin_activity.items, seed);
        shuffled(&mut other.auth_registration.items, seed);
        shuffled(&mut other.auth_per_user_mfa.items, seed);
        let mut policies = std::mem::take(&mut other.auth_ca_policies.items);
        policies.dedup_by(|one, two| one.id == two.id);
        shuffled(&mut policies, seed);
        other.auth_ca_policies.items = policies;
        let (one, two) = (assess_all(&facts), assess_all(&other));
        prop_assert_eq!(render::json(&one), render::json(&two));
        prop_assert_eq!(render::markdown(&one), render::markdown(&two));
    }

    #[test]
    fn a_repeated_row_changes_nothing_and_the_later_of_two_counts(facts in tenant()) {
        let mut twice = facts.clone();
        twice.identity_users.items.extend(facts.identity_users.items.clone());
        twice.identity_role_assignments.items.extend(facts.identity_role_assignments.items.clone());
        twice.auth_registration.items.extend(facts.auth_registration.items.clone());
        twice.auth_ca_policies.items.extend(facts.auth_ca_policies.items.clone());
        prop_assert_eq!(assess_all(&facts), assess_all(&twice));

        let mut corrected = facts.clone();
        for row in facts.identity_users.items.iter().rev() {
            let mut wrong = row.clone();
            wrong.enabled = row.enabled.map(|enabled| !enabled);
            corrected.identity_users.items.insert(0, wrong);
        }
        prop_assert_eq!(assess_all(&facts), assess_all(&corrected));
    }

    #[test]
    fn every_account_is_counted_or_listed(facts in tenant()) {
        let assessment = assess_all(&facts);
        let everybody = assessment.result("cis-v8.1:6.3").unwrap();
        let subjects = &everybody.subjects;
        for account in &facts.identity_users.items {
            let left_out = subjects.excluded.iter().any(|excluded| excluded.id == account.id);
            prop_assert_eq!(left_out, account.enabled == Some(false));
        }
        if let Some(ratio) = &everybody.ratio {
            let (passing, total) = ratio.split_once('/').unwrap();
            let listed = subjects.failing.len() + subjects.conditional.len() + subjects.unknown.len();
            let enabled = facts.identity_users.items.iter().filter(|u| u.enabled == Some(true)).count();
            prop_assert_eq!(total.parse::<usize>().unwrap(), enabled);
            prop_assert_eq!(passing.parse::<usize>().unwrap() + listed, enabled);
        }
    }

    #[test]
    fn facts_survive_their_json_form(facts in tenant()) {
        let json = facts.to_json();
        let back = Facts::from_json(&json).unwrap();
        prop_assert_eq!(&back, &facts);
        prop_assert_eq!(back.to_json(), json);
    }
}
