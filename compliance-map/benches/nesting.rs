//! How an assessment grows with nested groups, in seconds: groups in a chain that all hold a role, and
//! groups that all contain each other under 200 policies that name all of them.
//!
//! `cargo bench -p compliance-map --bench nesting`.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints, and stops when it cannot measure"
)]

use std::hint::black_box;
use std::time::Instant;

use compliance_map::facts::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals, GroupFact, RoleAssignmentFact,
    UserFact,
};
use compliance_map::{Catalogue, Fact, Facts, Options, Timestamp, assess};

const POLICIES: usize = 200;

fn main() {
    println!("groups  in a chain  in each other");
    for groups in [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000] {
        let chain = seconds(&chain(groups));
        // The lists of those that contain each other grow with the square.
        let mutual = (groups <= 4_000).then(|| seconds(&mutual(groups)));
        let mutual = mutual.map_or("-".to_owned(), |seconds| format!("{seconds:.2}"));
        println!("{groups:>6} {chain:>11.2} {mutual:>14}");
    }
}

fn seconds(facts: &Facts) -> f64 {
    let options = Options::new(time("2026-11-21T12:00:00Z"));
    let catalogue = Catalogue::builtin();
    let start = Instant::now();
    let assessment = assess(facts, &catalogue, &options).expect("everything can be assessed");
    black_box(assessment);
    start.elapsed().as_secs_f64()
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn fact_of<T>(items: Vec<T>) -> Fact<T> {
    Fact::ok(time("2026-11-21T11:00:00Z"), items)
}

fn tenant(groups: Vec<GroupFact>) -> Facts {
    let people = (0..groups.len()).map(|n| UserFact {
        id: format!("u{n}"),
        enabled: Some(true),
        ..UserFact::default()
    });
    Facts {
        identity_users: fact_of(people.collect()),
        identity_groups: fact_of(groups),
        ..Facts::default()
    }
}

fn group(n: usize, members: Vec<String>) -> GroupFact {
    GroupFact {
        id: format!("g{n}"),
        members,
        ..GroupFact::default()
    }
}

fn chain(groups: usize) -> Facts {
    let rows = (0..groups).map(|n| group(n, vec![format!("g{}", n + 1), format!("u{n}")]));
    let holders = (0..groups).map(|n| RoleAssignmentFact {
        principal: format!("g{n}"),
        role: "Exchange Administrator".into(),
        ..RoleAssignmentFact::default()
    });
    Facts {
        identity_role_assignments: fact_of(holders.collect()),
        ..tenant(rows.collect())
    }
}

fn mutual(groups: usize) -> Facts {
    let all: Vec<String> = (0..groups).map(|n| format!("g{n}")).collect();
    let rows = (0..groups).map(|n| {
        let own = [format!("u{n}")];
        group(n, all.iter().cloned().chain(own).collect())
    });
    let policies = (0..POLICIES).map(|n| {
        let mut named = all.clone();
        named.rotate_left(n % groups);
        CaPolicyFact {
            id: format!("p{n}"),
            state: "enabled".into(),
            include: Some(CaPrincipals {
                groups: named,
                ..CaPrincipals::default()
            }),
            exclude: Some(CaPrincipals::default()),
            apps: Some(CaApps {
                include: vec!["All".into()],
                ..CaApps::default()
            }),
            conditions: Some(CaConditions::default()),
            grant: Some(CaGrant {
                controls: vec!["mfa".into()],
                ..CaGrant::default()
            }),
            ..CaPolicyFact::default()
        }
    });
    Facts {
        auth_ca_policies: fact_of(policies.collect()),
        ..tenant(rows.collect())
    }
}
