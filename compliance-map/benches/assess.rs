//! Seconds and memory of one assessment of large tenants, on one core.
//!
//! `cargo bench -p compliance-map`; other sizes are given as arguments, `-- 100000 2000000`.
//!
//! People are packed as a collector packs them, row by row. Twenty policies, four levels of nested groups inside the exclusions, every framework, and people
//! who fail, are bound conditionally, are disabled or have not signed in for long.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints, and stops when it cannot measure"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use compliance_map::directory::{Directory, DirectoryBuilder};
use compliance_map::facts::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals, GroupFact, PerUserMfaFact,
    RegistrationFact, RoleAssignmentFact, SecurityDefaultsFact, SignInFact, UserFact,
};
use compliance_map::{Catalogue, Fact, Facts, Options, Timestamp, assess_in};

const NOW: &str = "2026-11-21T12:00:00Z";
const GROUPS_PER_LEVEL: u64 = 50;

fn main() {
    let mut sizes: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    let catalogue = Catalogue::builtin();
    let options = Options::new(time(NOW));
    println!("    users  controls   seconds  on the CPU  µs/user  facts MB  peak MB");
    for users in sizes {
        let before = memory("VmRSS:");
        let (facts, directory) = tenant(users);
        let facts_mb = memory("VmRSS:").saturating_sub(before);
        let (start, on_cpu) = (Instant::now(), seconds_on_cpu());
        let assessment = assess_in(&facts, &directory, &catalogue, &options)
            .expect("everything can be assessed");
        let seconds = start.elapsed().as_secs_f64();
        let on_cpu = seconds_on_cpu()
            .zip(on_cpu)
            .map_or(seconds, |(after, before)| after - before);
        let controls = black_box(&assessment).results.len();
        #[expect(clippy::cast_precision_loss, reason = "a figure for people to read")]
        let per_user = on_cpu * 1e6 / users as f64;
        println!(
            "{users:>9} {controls:>9} {seconds:>9.2} {on_cpu:>11.2} {per_user:>8.2} {facts_mb:>9} {:>8}",
            memory("VmHWM:")
        );
    }
}

/// What this thread spent on a CPU, so that a busy machine does not count; `None` where not Linux.
fn seconds_on_cpu() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// Megabytes as the kernel counts them, where it is Linux; otherwise 0.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let figure = status.lines().find_map(|l| l.strip_prefix(line));
    figure
        .and_then(|f| f.split_whitespace().next()?.parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes / 1024)
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// An object id as the directory gives out: no order in it.
fn guid(kind: u64, n: u64) -> String {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ kind.rotate_left(32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    let text = format!("{x:016x}");
    let (head, tail) = text.split_at(8);
    let (second, third) = tail.split_at(4);
    format!("{head}-{second}-{third}-8000-{n:012x}")
}

fn person(n: u64) -> String {
    guid(1, n)
}

fn group(level: u64, n: u64) -> String {
    guid(2, level * GROUPS_PER_LEVEL + n)
}

/// The group that holds everybody.
fn staff() -> String {
    guid(4, 0)
}

fn fact_of<T>(items: impl IntoIterator<Item = T>) -> Fact<T> {
    Fact::ok(
        time("2026-11-21T11:00:00Z"),
        items.into_iter().collect::<Vec<T>>(),
    )
}

fn tenant(users: u64) -> (Facts, Arc<Directory>) {
    let mut accounts = DirectoryBuilder::default();
    (0..users).for_each(|n| accounts.account(&user(n)));
    let mut directory = accounts.build();
    for n in 0..users {
        directory.member(&staff(), &person(n));
        directory.signed_in(&sign_in(n));
        // A report in an order of its own.
        directory.registered(&registration(users - 1 - n));
        directory.per_user_mfa(&PerUserMfaFact {
            user: person(n),
            state: "disabled".into(),
            ..PerUserMfaFact::default()
        });
    }
    let staff = GroupFact {
        id: staff(),
        ..GroupFact::default()
    };
    let facts = Facts {
        identity_users: fact_of([]),
        identity_groups: fact_of(groups(users, &mut directory).into_iter().chain([staff])),
        identity_role_assignments: fact_of((0..200).map(|n| {
            RoleAssignmentFact {
                principal: person(n * 7 % users),
                role: if n < 4 {
                    "Global Administrator".into()
                } else {
                    "Exchange Administrator".into()
                },
                kind: Some(
                    if n.is_multiple_of(2) {
                        "active"
                    } else {
                        "eligible"
                    }
                    .into(),
                ),
                ..RoleAssignmentFact::default()
            }
        })),
        identity_signin_activity: fact_of([]),
        auth_registration: fact_of([]),
        auth_per_user_mfa: fact_of([]),
        auth_security_defaults: fact_of([SecurityDefaultsFact::default()]),
        auth_ca_policies: fact_of((0..20).map(policy)),
        ..Facts::default()
    };
    (facts, Arc::new(directory))
}

fn sign_in(n: u64) -> SignInFact {
    let last = Some(time(if n.is_multiple_of(40) {
        "2026-01-05T08:00:00Z"
    } else {
        "2026-11-20T08:00:00Z"
    }));
    SignInFact {
        user: person(n),
        last_interactive: last,
        last_success: last,
        ..SignInFact::default()
    }
}

fn registration(n: u64) -> RegistrationFact {
    RegistrationFact {
        user: person(n),
        mfa_capable: Some(!n.is_multiple_of(50)),
        methods: if n.is_multiple_of(50) {
            Vec::new()
        } else {
            vec!["microsoftAuthenticatorPush".into(), "mobilePhone".into()]
        },
        ..RegistrationFact::default()
    }
}

fn user(n: u64) -> UserFact {
    UserFact {
        id: person(n),
        upn: Some(format!("person{n}@contoso.example")),
        display_name: Some(format!("Person {n}")),
        enabled: Some(!n.is_multiple_of(33)),
        kind: Some(
            if n.is_multiple_of(20) {
                "Guest"
            } else {
                "Member"
            }
            .into(),
        ),
        created: Some(time("2024-01-01T00:00:00Z")),
        ..UserFact::default()
    }
}

/// Four levels: each group holds the group below it, and all hold people.
fn groups(users: u64, directory: &mut Directory) -> Vec<GroupFact> {
    let per_group = (users / 2 / (GROUPS_PER_LEVEL * 4)).max(1);
    let mut groups = Vec::new();
    for level in 0..4 {
        for n in 0..GROUPS_PER_LEVEL {
            let first = (level * GROUPS_PER_LEVEL + n) * per_group;
            for p in first..first + per_group {
                directory.member(&group(level, n), &person(p % users));
            }
            let nested = (level < 3).then(|| group(level + 1, n));
            groups.push(GroupFact {
                id: group(level, n),
                members: nested.into_iter().collect(),
                ..GroupFact::default()
            });
        }
    }
    groups
}

/// The first asks everybody for MFA; the others cover parts, each leaving out other groups.
fn policy(n: u64) -> CaPolicyFact {
    CaPolicyFact {
        id: guid(3, n),
        name: Some(format!("Policy {n}")),
        state: "enabled".into(),
        include: Some(CaPrincipals {
            users: if n.is_multiple_of(4) {
                vec!["All".into()]
            } else {
                Vec::new()
            },
            groups: match n % 4 {
                0 => Vec::new(),
                1 => vec![staff()],
                _ => vec![group(0, n), group(0, n + 10)],
            },
            ..CaPrincipals::default()
        }),
        exclude: Some(CaPrincipals {
            users: vec![person(n)],
            groups: vec![group(0, n + 1), group(1, n + 20)],
            ..CaPrincipals::default()
        }),
        apps: Some(CaApps {
            include: vec!["All".into()],
            ..CaApps::default()
        }),
        conditions: Some(CaConditions {
            locations_exclude: if n == 0 {
                Vec::new()
            } else {
                vec!["AllTrusted".into()]
            },
            ..CaConditions::default()
        }),
        grant: Some(CaGrant {
            operator: Some("OR".into()),
            controls: vec!["mfa".into()],
            ..CaGrant::default()
        }),
        ..CaPolicyFact::default()
    }
}
