//! Whether every account has a sign-in name of its own.

use std::collections::BTreeMap;

use super::people::{ENABLED_NOT_READ, may_be_disabled};
use super::{Context, Finding, Target};
use crate::population::USERS;

pub(super) fn find(context: &Context<'_>) -> Finding {
    let mut finding =
        context.about_accounts("has every enabled account a sign-in name of its own?");
    finding.advice = "give each of the accounts listed a user principal name of its own";
    finding.target = Some(Target::Accounts);
    let name_of = |upn: &Option<String>| {
        let upn = upn.as_deref().map(str::trim).filter(|upn| !upn.is_empty());
        upn.map(str::to_lowercase)
    };
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for person in context.population.able_to_sign_in() {
        if let Some(upn) = name_of(&person.fact.upn) {
            *holders.entry(upn).or_default() += 1;
        }
    }
    for person in context.population.able_to_sign_in() {
        let id = person.id.to_owned();
        let sharing = name_of(&person.fact.upn).map(|upn| holders.get(&upn).copied().unwrap_or(0));
        let unknown = match sharing {
            _ if may_be_disabled(person) => ENABLED_NOT_READ,
            None => "the user principal name was not read",
            Some(1) => {
                finding.passing += 1;
                continue;
            }
            Some(_) => {
                let why = "shares its user principal name with another account".to_owned();
                finding.failing.insert(id, why);
                continue;
            }
        };
        finding.missing.insert(context.evidence.missing(USERS));
        finding.unknown.insert(id, unknown.to_owned());
    }
    finding.in_place = finding.passing > 0;
    finding
}
