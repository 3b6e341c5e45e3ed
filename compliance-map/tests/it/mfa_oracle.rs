//! Effective MFA coverage against a second way of working it out.
//!
//! The crate keeps the least and the most that can be true. The oracle here does neither: it tries
//! every sign-in a person could make, in every world that the missing evidence allows.
#![allow(
    clippy::struct_excessive_bools,
    reason = "a model of a tenant is made of yes and no"
)]
#![allow(
    clippy::field_reassign_with_default,
    reason = "facts are filled in one by one"
)]
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::common::{fact_of, now};
use compliance_map::facts::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals, CrossTenantFact, GroupFact,
    PerUserMfaFact, RegistrationFact, RoleAssignmentFact, SecurityDefaultsFact, UserFact,
};
use compliance_map::{Catalogue, Facts, Options, assess};
use proptest::prelude::*;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);

/// How a person holds Global Administrator.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Admin {
    No,
    Active,
    Eligible,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    None,
    Sms,
    Passkey,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum PerUser {
    Disabled,
    Enabled,
    Enforced,
}

#[derive(Debug, Clone, PartialEq)]
struct Human {
    admin: Admin,
    method: Method,
    per_user: PerUser,
    /// Direct member of the inner group, which is a member of the outer group.
    inner: bool,
    /// Direct member of the outer group.
    outer: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Whom {
    Nobody,
    Everybody,
    First,
    Outer,
    Inner,
    Admins,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Grant {
    Mfa,
    MfaOrDevice,
    MfaAndDevice,
    PhishingResistant,
    Block,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    state: usize,
    include: Whom,
    exclude: Whom,
    /// 0 all, 1 one application, 2 all but one.
    apps: usize,
    /// 0 all, 1 modern, 2 legacy.
    clients: usize,
    /// 0 anywhere, 1 not from the trusted place, 2 only from abroad.
    place: usize,
    phone_only: bool,
    high_risk_only: bool,
    grant: Grant,
}

#[derive(Debug, Clone, PartialEq)]
struct Tenant {
    humans: Vec<Human>,
    rules: Vec<Rule>,
    defaults: bool,
}

#[derive(Debug, Clone, Copy)]
struct Denied {
    rules: bool,
    per_user: bool,
    defaults: bool,
    methods: bool,
    groups: bool,
}

/// One sign-in.
#[derive(Debug, Clone, Copy)]
struct SignIn {
    legacy: bool,
    app: usize,
    place: usize,
    phone: bool,
    high_risk: bool,
    activated: bool,
}

const STATES: [&str; 3] = ["enabled", "disabled", "enabledForReportingButNotEnforced"];

fn sign_ins(activated: bool) -> Vec<SignIn> {
    let mut all = Vec::new();
    for bits in 0..8_usize {
        for app in 0..3 {
            for place in 0..3 {
                all.push(SignIn {
                    legacy: bits & 1 != 0,
                    phone: bits & 2 != 0,
                    high_risk: bits & 4 != 0,
                    app,
                    place,
                    activated,
                });
            }
        }
    }
    all
}

fn covers(whom: Whom, index: usize, human: &Human, sign_in: SignIn) -> bool {
    match whom {
        Whom::Nobody => false,
        Whom::Everybody => true,
        Whom::First => index == 0,
        Whom::Outer => human.outer || human.inner,
        Whom::Inner => human.inner,
        Whom::Admins => {
            human.admin == Admin::Active || (human.admin == Admin::Eligible && sign_in.activated)
        }
    }
}

fn applies(rule: &Rule, index: usize, human: &Human, sign_in: SignIn) -> bool {
    rule.state == 0
        && covers(rule.include, index, human, sign_in)
        && !covers(rule.exclude, index, human, sign_in)
        && [true, sign_in.app == 1, sign_in.app != 2][rule.apps]
        && [true, !sign_in.legacy, sign_in.legacy][rule.clients]
        && [true, sign_in.place != 1, sign_in.place == 2][rule.place]
        && (!rule.phone_only || sign_in.phone)
        && (!rule.high_risk_only || sign_in.high_risk)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    Pass,
    Conditional,
    Fail,
}

/// What is true of a person in a tenant of which everything is known.
fn truth(tenant: &Tenant, index: usize, administration: bool) -> Truth {
    let eligible = tenant.humans[index].admin == Admin::Eligible;
    let without = situation(tenant, index, false);
    let with = situation(tenant, index, eligible);
    match (administration, without == with) {
        (true, _) | (_, true) => with,
        (false, false) => Truth::Conditional,
    }
}

/// What is true while an eligible role is activated, or is not.
fn situation(tenant: &Tenant, index: usize, activated: bool) -> Truth {
    let human = &tenant.humans[index];
    let (mut every, mut some, mut shut_out) = (true, false, true);
    // Whether the method answers at some sign-in, and at all sign-ins of a kind of client.
    let mut answers_once = false;
    let mut answers_always = [true, true];
    for sign_in in sign_ins(activated) {
        let (mut asked, mut blocked, mut answers) = (false, false, false);
        let mut ask = |phishing_resistant: bool| {
            asked = true;
            answers |= match human.method {
                Method::None => false,
                Method::Sms => !phishing_resistant,
                Method::Passkey => true,
            };
        };
        for rule in tenant
            .rules
            .iter()
            .filter(|r| applies(r, index, human, sign_in))
        {
            match rule.grant {
                Grant::Mfa | Grant::MfaAndDevice => ask(false),
                Grant::PhishingResistant => ask(true),
                Grant::MfaOrDevice => {}
                Grant::Block => blocked = true,
            }
        }
        let challenged = human.admin == Admin::Active || sign_in.activated;
        if tenant.defaults && (challenged || sign_in.high_risk) {
            ask(false);
        }
        // Whether the gap of "enabled" is open is told by no fact: half of the sign-ins stand for it.
        let gap = !sign_in.high_risk;
        if human.per_user == PerUser::Enforced || (human.per_user == PerUser::Enabled && !gap) {
            ask(false);
        }
        some |= asked;
        every &= asked || blocked;
        shut_out &= blocked;
        answers_once |= answers;
        answers_always[usize::from(sign_in.legacy)] &= answers;
    }
    let ready = if shut_out {
        human.method != Method::None
    } else if every {
        answers_always.contains(&true)
    } else {
        answers_once
    };
    match (every && (some || shut_out), some, ready) {
        (true, _, true) => Truth::Pass,
        (false, true, true) => Truth::Conditional,
        _ => Truth::Fail,
    }
}

/// Every tenant that looks the same through the evidence that is left.
fn worlds(tenant: &Tenant, index: usize, denied: Denied) -> Vec<Tenant> {
    let mut worlds = vec![tenant.clone()];
    let mut vary = |options: &dyn Fn(&Tenant) -> Vec<Tenant>| {
        worlds = worlds.iter().flat_map(options).collect();
    };
    let human = |world: &Tenant, change: &dyn Fn(&mut Human)| {
        let mut world = world.clone();
        change(&mut world.humans[index]);
        world
    };
    // Where security defaults are known to be on, the service enforces no rule beside them.
    if denied.rules && tenant.defaults && !denied.defaults {
        vary(&|world| {
            vec![Tenant {
                rules: Vec::new(),
                ..world.clone()
            }]
        });
    } else if denied.rules {
        let rule = |high_risk_only, grant| Rule {
            state: 0,
            include: Whom::Everybody,
            exclude: Whom::Nobody,
            apps: 0,
            clients: 0,
            place: 0,
            phone_only: false,
            high_risk_only,
            grant,
        };
        let sets = [
            vec![],
            vec![rule(false, Grant::Mfa)],
            vec![rule(true, Grant::Mfa)],
            vec![rule(false, Grant::PhishingResistant)],
        ];
        vary(&|world| {
            sets.iter()
                .map(|rules| Tenant {
                    rules: rules.clone(),
                    ..world.clone()
                })
                .collect()
        });
    }
    if denied.defaults {
        vary(&|world| {
            [false, true]
                .map(|defaults| Tenant {
                    defaults,
                    ..world.clone()
                })
                .to_vec()
        });
    }
    if denied.per_user {
        vary(&|world| {
            [PerUser::Disabled, PerUser::Enabled, PerUser::Enforced]
                .map(|state| human(world, &|h| h.per_user = state))
                .to_vec()
        });
    }
    if denied.methods {
        vary(&|world| {
            [Method::None, Method::Sms, Method::Passkey]
                .map(|method| human(world, &|h| h.method = method))
                .to_vec()
        });
    }
    if denied.groups {
        vary(&|world| {
            [(false, false), (false, true), (true, false)]
                .map(|(inner, outer)| human(world, &|h| (h.inner, h.outer) = (inner, outer)))
                .to_vec()
        });
    }
    worlds
}

fn id(index: usize) -> String {
    format!("p{index}")
}

fn principals(whom: Whom) -> CaPrincipals {
    let mut side = CaPrincipals::default();
    match whom {
        Whom::Nobody => {}
        Whom::Everybody => side.users.push("All".into()),
        Whom::First => side.users.push(id(0)),
        Whom::Outer => side.groups.push("outer".into()),
        Whom::Inner => side.groups.push("inner".into()),
        Whom::Admins => side.roles.push("Global Administrator".into()),
    }
    side
}

fn policy(number: usize, rule: &Rule) -> CaPolicyFact {
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let (operator, controls): (_, &[&str]) = match rule.grant {
        Grant::Mfa => ("OR", &["mfa"]),
        Grant::MfaOrDevice => ("OR", &["mfa", "compliantDevice"]),
        Grant::MfaAndDevice => ("AND", &["mfa", "compliantDevice"]),
        Grant::PhishingResistant => ("OR", &[]),
        Grant::Block => ("OR", &["block"]),
    };
    CaPolicyFact {
        id: format!("policy {number}"),
        state: STATES[rule.state].into(),
        include: Some(principals(rule.include)),
        exclude: Some(principals(rule.exclude)),
        apps: Some(CaApps {
            include: words([&["All"][..], &["one"], &["All"]][rule.apps]),
            exclude: words([&[][..], &[], &["two"]][rule.apps]),
            ..CaApps::default()
        }),
        conditions: Some(CaConditions {
            client_apps: words(
                [
                    &["all"][..],
                    &["browser", "mobileAppsAndDesktopClients"],
                    &["exchangeActiveSync", "other"],
                ][rule.clients],
            ),
            locations_include: words([&[][..], &["All"], &["abroad"]][rule.place]),
            locations_exclude: words([&[][..], &["AllTrusted"], &[]][rule.place]),
            platforms: words(if rule.phone_only { &["iOS"] } else { &[] }),
            sign_in_risk: words(if rule.high_risk_only { &["high"] } else { &[] }),
            ..CaConditions::default()
        }),
        grant: Some(CaGrant {
            operator: Some(operator.into()),
            controls: words(controls),
            authentication_strength: (rule.grant == Grant::PhishingResistant)
                .then(|| "00000000-0000-0000-0000-000000000004".into()),
            ..CaGrant::default()
        }),
        ..CaPolicyFact::default()
    }
}

fn facts(tenant: &Tenant, denied: Denied) -> Facts {
    let humans = || tenant.humans.iter().enumerate();
    let members = |pick: &dyn Fn(&Human) -> bool| {
        humans()
            .filter(|(_, h)| pick(h))
            .map(|(i, _)| id(i))
            .collect::<Vec<_>>()
    };
    let mut outer = members(&|h| h.outer);
    outer.push("inner".into());
    let mut facts = Facts::default();
    facts.identity_users = fact_of(humans().map(|(i, _)| UserFact {
        id: id(i),
        enabled: Some(true),
        kind: Some("Member".into()),
        ..UserFact::default()
    }));
    let holders = humans().filter(|(_, h)| h.admin != Admin::No);
    facts.identity_role_assignments = fact_of(holders.map(|(i, h)| {
        RoleAssignmentFact {
            principal: id(i),
            role: "62e90394-69f5-4237-9190-012177145e10".into(),
            kind: Some(
                if h.admin == Admin::Active {
                    "active"
                } else {
                    "eligible"
                }
                .into(),
            ),
            ..RoleAssignmentFact::default()
        }
    }));
    let group = |id: &str, members| GroupFact {
        id: id.into(),
        members,
        ..GroupFact::default()
    };
    facts.identity_groups = fact_of([group("inner", members(&|h| h.inner)), group("outer", outer)]);
    facts.auth_registration = fact_of(humans().map(|(i, h)| RegistrationFact {
        user: id(i),
        mfa_capable: Some(h.method != Method::None),
        methods: match h.method {
            Method::None => vec![],
            Method::Sms => vec!["mobilePhone".into()],
            Method::Passkey => vec!["fido2SecurityKey".into()],
        },
        ..RegistrationFact::default()
    }));
    facts.auth_per_user_mfa = fact_of(humans().map(|(i, h)| PerUserMfaFact {
        user: id(i),
        state: format!("{:?}", h.per_user).to_lowercase(),
        ..PerUserMfaFact::default()
    }));
    facts.auth_security_defaults = fact_of([SecurityDefaultsFact {
        enabled: tenant.defaults,
        ..SecurityDefaultsFact::default()
    }]);
    facts.auth_ca_policies = fact_of(tenant.rules.iter().enumerate().map(|(n, r)| policy(n, r)));
    facts.org_cross_tenant = fact_of([CrossTenantFact {
        default_inbound_trust_mfa: Some(false),
        ..CrossTenantFact::default()
    }]);
    if denied.rules {
        facts.auth_ca_policies = compliance_map::Fact::denied("Policy.Read.All");
    }
    if denied.per_user {
        facts.auth_per_user_mfa = compliance_map::Fact::denied("Policy.Read.All");
    }
    if denied.defaults {
        facts.auth_security_defaults = compliance_map::Fact::denied("Policy.Read.All");
    }
    if denied.methods {
        facts.auth_registration = compliance_map::Fact::denied("AuditLog.Read.All");
    }
    if denied.groups {
        facts.identity_groups = compliance_map::Fact::denied("Group.Read.All");
    }
    facts
}

fn whom() -> impl Strategy<Value = Whom> {
    prop_oneof![
        3 => Just(Whom::Everybody),
        1 => Just(Whom::First),
        2 => Just(Whom::Outer),
        2 => Just(Whom::Inner),
        2 => Just(Whom::Admins),
    ]
}

fn whom_left_out() -> impl Strategy<Value = Whom> {
    prop_oneof![
        6 => Just(Whom::Nobody),
        1 => Just(Whom::First),
        1 => Just(Whom::Outer),
        1 => Just(Whom::Inner),
        1 => Just(Whom::Admins),
    ]
}

fn mostly(otherwise: std::ops::Range<usize>) -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0_usize), 1 => otherwise]
}

fn rule() -> impl Strategy<Value = Rule> {
    let grant = prop_oneof![
        4 => Just(Grant::Mfa),
        1 => Just(Grant::MfaOrDevice),
        1 => Just(Grant::MfaAndDevice),
        1 => Just(Grant::PhishingResistant),
        1 => Just(Grant::Block),
    ];
    (
        (mostly(1..3), whom(), whom_left_out(), mostly(1..3)),
        (
            prop_oneof![2 => Just(0_usize), 2 => 1..3_usize],
            mostly(1..3),
        ),
        (prop::bool::weighted(0.1), prop::bool::weighted(0.1), grant),
    )
        .prop_map(
            |(
                (state, include, exclude, apps),
                (clients, place),
                (phone_only, high_risk_only, grant),
            )| {
                Rule {
                    state,
                    include,
                    exclude,
                    apps,
                    clients,
                    place,
                    phone_only,
                    high_risk_only,
                    grant,
                }
            },
        )
}

fn human() -> impl Strategy<Value = Human> {
    let admin = prop_oneof![Just(Admin::No), Just(Admin::Active), Just(Admin::Eligible)];
    let method =
        prop_oneof![1 => Just(Method::None), 2 => Just(Method::Sms), 2 => Just(Method::Passkey)];
    let per_user = prop_oneof![
        4 => Just(PerUser::Disabled),
        1 => Just(PerUser::Enabled),
        1 => Just(PerUser::Enforced),
    ];
    (admin, method, per_user, any::<bool>(), any::<bool>()).prop_map(
        |(admin, method, per_user, inner, outer)| Human {
            admin,
            method,
            per_user,
            inner,
            outer,
        },
    )
}

fn denied() -> impl Strategy<Value = Denied> {
    let d = || prop::bool::weighted(0.15);
    (d(), d(), d(), d(), d()).prop_map(|(rules, per_user, defaults, methods, groups)| Denied {
        rules,
        per_user,
        defaults,
        methods,
        groups,
    })
}

/// A block of some clients and a demand of the others close each other's gaps in the crate only where
/// neither is narrowed; the generator therefore narrows no block.
fn plain_blocks(mut rules: Vec<Rule>) -> Vec<Rule> {
    for rule in &mut rules {
        if rule.grant == Grant::Block {
            (rule.apps, rule.place, rule.phone_only, rule.high_risk_only) = (0, 0, false, false);
        }
    }
    rules
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_every_sign_in_in_every_possible_world(
        humans in prop::collection::vec(human(), 1..4),
        rules in prop::collection::vec(rule(), 0..4).prop_map(plain_blocks),
        defaults in prop::bool::weighted(0.2),
        denied in denied(),
    ) {
        // The service enforces no rule beside security defaults.
        let rules = if defaults { Vec::new() } else { rules };
        let tenant = Tenant { humans, rules, defaults };
        let facts = facts(&tenant, denied);
        let options = Options::new(now()).controls(["cis-v8.1:6.3", "cis-v8.1:6.5"]);
        let assessment = assess(&facts, &CATALOGUE, &options).unwrap();
        for (control, administration) in [("cis-v8.1:6.3", false), ("cis-v8.1:6.5", true)] {
            let subjects = &assessment.result(control).unwrap().subjects;
            for (index, human) in tenant.humans.iter().enumerate() {
                if administration && human.admin == Admin::No {
                    continue;
                }
                let id = id(index);
                let truths: BTreeSet<Truth> = worlds(&tenant, index, denied)
                    .iter()
                    .map(|world| truth(world, index, administration))
                    .collect();
                let found = if subjects.failing.contains(&id) {
                    "fail"
                } else if subjects.conditional.contains(&id) {
                    "conditional"
                } else if subjects.unknown.contains(&id) {
                    "unknown"
                } else {
                    "pass"
                };
                let only = |truth| truths.len() == 1 && truths.contains(&truth);
                let agrees = match found {
                    "pass" => only(Truth::Pass),
                    "fail" => only(Truth::Fail),
                    "conditional" => (truths.contains(&Truth::Conditional) || denied.groups)
                            && !truths.contains(&Truth::Pass),
                    // Groups that are not known may cancel each other, which only the oracle sees.
                    _ => truths.len() > 1 || denied.groups,
                };
                prop_assert!(agrees, "{control} {id}: found {found}, true is {truths:?}");
            }
        }
    }
}
