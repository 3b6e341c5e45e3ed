//! An assessment never becomes better when a source is taken away.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::facts_tenant::{Ending, NOW, Read, Tenant, sources};
use compliance_map::{Assessment, Catalogue, Facts, Options, Status, assess};
use proptest::prelude::*;
use serde_json::{Value, json};

const HARMS: [Ending; 6] = [
    Ending::Part,
    Ending::Half,
    Ending::Denied,
    Ending::Unlicensed,
    Ending::Failed,
    Ending::NotRead,
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);

/// What the report says about allowed methods is known from nowhere else: a list of methods does
/// not tell that they are switched off, so without the report it looks better than with it. Its
/// switches stay as they are.
const REPORT: &str = "registration_details";

/// The sources of the tenant; those that are `twisted` say the contrary in every switch.
fn reads(twisted: &BTreeSet<&str>) -> Vec<Read> {
    let mut all = sources::all();
    let is_twisted = |read: &&mut Read| read.source != REPORT && twisted.contains(read.source);
    for read in all.iter_mut().filter(is_twisted) {
        for (_, _, object) in &mut read.records {
            twist(object);
        }
    }
    all
}

fn twist(value: &mut Value) {
    match value {
        Value::Bool(is_on) => *is_on = !*is_on,
        Value::Array(list) => list.iter_mut().for_each(twist),
        Value::Object(members) => members.values_mut().for_each(twist),
        _ => {}
    }
}

/// The facts of the tenant with some sources harmed, and what the organisation declared.
fn facts(twisted: &BTreeSet<&str>, harmed: &BTreeMap<&str, Ending>) -> Facts {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let facts = runtime.unwrap().block_on(async {
        let tenant = Tenant::new();
        for read in reads(twisted) {
            let ending = harmed.get(read.source).copied();
            tenant.end(&read, ending.unwrap_or(Ending::Whole)).await;
        }
        tenant.facts().await
    });
    let mut facts: Value = serde_json::from_str(&facts.to_json()).unwrap();
    facts["overlay"] = json!({"inactivity_days": 45, "idle_minutes": 15, "review_days": 90,
        "credential_days": 180, "score_percent": 60, "passwords": 1, "sign_in_hours": 24});
    for demand in CATALOGUE.framework("overlay").unwrap().official_ids() {
        facts["overlay"][demand] = json!(true);
    }
    Facts::from_json(facts.to_string()).unwrap()
}

fn assessed(twisted: &BTreeSet<&str>, harmed: &BTreeMap<&str, Ending>) -> Assessment {
    let options = Options::new(NOW.parse().unwrap());
    assess(&facts(twisted, harmed), &CATALOGUE, &options).unwrap()
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Satisfied => 2,
        Status::PartiallySatisfied => 1,
        _ => 0,
    }
}

/// Without it an active assignment looks like one for good, because a row cannot say that its end
/// was not read. What was open then becomes a lack; it never becomes a success.
const ENDS: &str = "role_assignment_schedules";

/// The controls that look better with less.
fn better(before: &Assessment, after: &Assessment, are_ends_lost: bool) -> Vec<String> {
    let fine = |status| matches!(status, Status::Satisfied | Status::Manual);
    let pairs = before.results.iter().zip(&after.results);
    pairs
        .filter(|(old, new)| {
            let lack = are_ends_lost && new.status == Status::PartiallySatisfied;
            (rank(new.status) > rank(old.status) && !lack)
                || (fine(new.status) && !fine(old.status))
        })
        .map(|(old, new)| {
            format!(
                "{}: {:?} ({}) became {:?} ({})",
                old.control, old.status, old.why, new.status, new.why
            )
        })
        .collect()
}

#[test]
fn the_tenant_has_something_to_lose() {
    let whole = assessed(&BTreeSet::new(), &BTreeMap::new());
    let satisfied = whole
        .results
        .iter()
        .filter(|r| r.status == Status::Satisfied);
    assert!(satisfied.count() >= 10);
    let nothing = sources::all()
        .into_iter()
        .map(|read| (read.source, Ending::NotRead));
    let nothing = assessed(&BTreeSet::new(), &nothing.collect());
    let proven = |result: &&compliance_map::ControlResult| rank(result.status) > 0;
    assert_eq!(nothing.results.iter().filter(proven).count(), 0);
}

#[test]
fn losing_any_one_source_in_any_way_improves_no_control() {
    let whole = assessed(&BTreeSet::new(), &BTreeMap::new());
    for read in sources::all() {
        for harm in HARMS {
            let less = assessed(&BTreeSet::new(), &BTreeMap::from([(read.source, harm)]));
            let better = better(&whole, &less, read.source == ENDS);
            assert_eq!(better, Vec::<String>::new(), "{} {harm:?}", read.source);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn losing_one_source_after_another_improves_no_control(
        twisted in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        lost in prop::collection::vec((any::<prop::sample::Index>(), 0..HARMS.len()), 1..6),
    ) {
        let all = sources::all();
        let twisted = twisted.iter().map(|which| all[which.index(all.len())].source).collect();
        let mut harmed = BTreeMap::new();
        let mut before = assessed(&twisted, &harmed);
        for (which, harm) in lost {
            let source = all[which.index(all.len())].source;
            // What is lost altogether is not found again in part.
            if harmed.contains_key(source) {
                continue;
            }
            harmed.insert(source, HARMS[harm]);
            let after = assessed(&twisted, &harmed);
            let better = better(&before, &after, source == ENDS);
            prop_assert_eq!(better, Vec::<String>::new(), "{:?} {:?}", twisted, harmed);
            before = after;
        }
    }
}
