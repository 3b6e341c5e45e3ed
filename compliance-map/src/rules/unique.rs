//! Whether every account has a sign-in name of its own.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use roaring::RoaringBitmap;

use super::people::{ENABLED_NOT_READ, may_be_disabled};
use super::setting::Answer;
use super::{Context, Finding, Target};
use crate::population::{Person, USERS};

pub(super) fn find(context: &Context<'_>) -> Finding {
    let mut finding =
        context.about_accounts("has every enabled account a sign-in name of its own?");
    finding.advice = "give each of the accounts listed a user principal name of its own";
    finding.target = Some(Target::Accounts);
    let shared = shared_names(context);
    for person in context.population.able_to_sign_in() {
        let answer = if may_be_disabled(&person) {
            Answer::Unknown(ENABLED_NOT_READ)
        } else if name(&person).is_none() {
            Answer::Unknown("the user principal name was not read")
        } else if shared.contains(person.position) {
            Answer::fail("shares its user principal name with another account")
        } else {
            Answer::Pass
        };
        finding.count(context, USERS, person.member(), answer);
    }
    finding.in_place = finding.passing > 0;
    finding
}

fn name<'a>(person: &Person<'a>) -> Option<&'a str> {
    person.upn().map(str::trim).filter(|name| !name.is_empty())
}

/// Who has a name that somebody else has too, whatever its case.
///
/// Sorted by hash, names that are equal stand together; only those are compared.
fn shared_names(context: &Context<'_>) -> RoaringBitmap {
    let population = &context.population;
    let hasher = RandomState::new();
    let mut lower = String::new();
    let named = population.able_to_sign_in().filter_map(|person| {
        lower.clear();
        lower.extend(name(&person)?.chars().flat_map(char::to_lowercase));
        Some((hasher.hash_one(&lower), person.position))
    });
    let mut by_hash: Vec<(u64, u32)> = named.collect();
    by_hash.sort_unstable();
    let lower_of = |position: u32| Some(name(&population.at(position)?)?.to_lowercase());
    let mut shared = RoaringBitmap::new();
    for alike in by_hash.chunk_by(|(one, _), (other, _)| one == other) {
        if alike.len() == 1 {
            continue;
        }
        let mut holders: BTreeMap<Option<String>, Vec<u32>> = BTreeMap::new();
        for (_, position) in alike {
            holders
                .entry(lower_of(*position))
                .or_default()
                .push(*position);
        }
        shared.extend(
            holders
                .into_values()
                .filter(|holders| holders.len() > 1)
                .flatten(),
        );
    }
    shared
}
