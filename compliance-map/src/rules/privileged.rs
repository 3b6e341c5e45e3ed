//! Administrators: how many, with which accounts, for how long.

use std::collections::{BTreeMap, BTreeSet};

use super::people::may_be_disabled;
use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding, Target};
use crate::evidence::EvidenceGrade;
use crate::facts::{LicenseFact, PimRuleFact, says_more};
use crate::population::{Person, ROLES, USERS};
use crate::role::RoleId;

const GLOBAL: &str = "Global Administrator";

fn is_global(person: &Person<'_>, active_only: bool) -> bool {
    let global = RoleId::new(GLOBAL);
    let holds = |held: &crate::population::HeldRole| {
        held.tenant_wide && held.role.as_ref() == Some(&global) && (held.active || !active_only)
    };
    person.roles.iter().any(holds)
}

/// Active and eligible ones, in groups too.
pub(super) fn global_administrators(
    context: &Context<'_>,
    least: Option<u32>,
    most: Option<u32>,
) -> Finding {
    let words = match (least, most) {
        (Some(least), Some(most)) => {
            format!("are there at least {least} and at most {most} Global Administrators?")
        }
        (Some(least), None) => format!("are there at least {least} Global Administrators?"),
        (None, Some(most)) => format!("are there at most {most} Global Administrators?"),
        (None, None) => "are there Global Administrators?".to_owned(),
    };
    let mut finding = context.about_accounts(words);
    finding.excluded.clear();
    context.need_roles(&mut finding);
    finding.advice = "assign Global Administrator to fewer, or to one more who can stand in";
    finding.target = Some(Target::Objects(ROLES));
    let population = &context.population;
    if population.users == EvidenceGrade::Absent || population.roles == EvidenceGrade::Absent {
        finding.undecidable = Some("the evidence is missing");
        return finding;
    }
    let able = || population.holders_able_to_sign_in();
    let holders = || able().filter(|person| is_global(person, false));
    let sure = holders().filter(|person| !may_be_disabled(person)).count();
    // Whoever is not in the account list may hold any role.
    let open = !finding.whole || !population.unresolved.is_empty();
    let perhaps = holders().count();
    let below = |count: usize, limit: Option<u32>| {
        limit.is_some_and(|limit| u32::try_from(count).is_ok_and(|count| count < limit))
    };
    let above = |count: usize, limit: Option<u32>| {
        limit.is_some_and(|limit| u32::try_from(count).map_or(true, |count| count > limit))
    };
    let answer = if above(sure, most) {
        Answer::Fail(format!("there are {sure}"))
    } else if open || above(perhaps, most) {
        Answer::Unknown("how many there are is not known")
    } else if perhaps == 0 {
        Answer::Unknown("none is known, yet every tenant has one")
    } else if below(perhaps, least) {
        Answer::Fail(format!("there is only {perhaps}"))
    } else if below(sure, least) {
        Answer::Unknown("how many of them can sign in is not known")
    } else {
        Answer::Pass
    };
    finding.count(context, ROLES, context.tenant(), answer);
    finding.in_place = finding.passing > 0;
    finding
}

pub(super) fn cloud_only(context: &Context<'_>) -> Finding {
    context
        .administrators("is the account of every administrator mastered in the cloud?")
        .each(
            context,
            USERS,
            "give the administrators listed accounts that are not synchronised",
            |person| {
                let why = "is synchronised from a directory on premises";
                Answer::is(person.profile.on_premises_synced, false, why)
            },
        )
}

/// Service plans for mail, files, chat and Office: an account that has one is used for daily work.
/// See <https://learn.microsoft.com/en-us/entra/identity/users/licensing-service-plan-reference>.
const PRODUCTIVE: [&str; 12] = [
    "EXCHANGE",
    "MCO",
    "M365_COPILOT",
    "MICROSOFT_COPILOT",
    "OFFICE",
    "ONEDRIVE",
    "SHAREPOINT",
    "SWAY",
    "TEAMS",
    "VIVA",
    "WIN_DEF",
    "YAMMER",
];

/// Plans by which an account administers, is protected or is watched, and has no mailbox, files or
/// chat.
const HARMLESS: [&str; 19] = [
    "AAD_",
    "ADALLOM",
    "ATA",
    "ATP_",
    "COMMUNICATIONS_",
    "DATA_INVESTIGATIONS",
    "EXCHANGE_ANALYTICS",
    "EXCHANGE_S_FOUNDATION",
    "INTUNE",
    "M365_ADVANCED_AUDITING",
    "M365_AUDIT",
    "M365_LIGHTHOUSE",
    "MFA_",
    "MICROSOFTENDPOINT",
    "MTP",
    "RMS_",
    "THREAT_INTELLIGENCE",
    "WINDEFATP",
    "WINDOWS_",
];

const LICENSES: &str = "org.licenses";

pub(super) fn dedicated(context: &Context<'_>) -> Finding {
    let facts = context.evidence.facts;
    let mut productive: BTreeMap<String, Option<bool>> = BTreeMap::new();
    if context.evidence.grade(LICENSES) != EvidenceGrade::Absent {
        for row in &facts.org_licenses.items {
            let answer = row
                .service_plans
                .as_ref()
                .and_then(|plans| are_productive(plans))
                .filter(|is| *is || !says_more(&row.extra, &["sku_part_number"]));
            for name in names(row) {
                productive.insert(name, answer);
            }
        }
    }
    context
        .administrators("has every administrator an account for administration alone, without mail, files or chat?")
        .each(
            context,
            LICENSES,
            "give the administrators listed accounts of their own for administration, without licenses for daily work",
            |person| {
                let Some(licenses) = person.profile.licenses.map(|list| person.words(list)) else {
                    return Answer::Lacks(USERS, "which licenses the account has was not read");
                };
                let plans: BTreeSet<Option<bool>> = licenses
                    .iter()
                    .map(|sku| productive.get(&sku.to_ascii_lowercase()).copied().flatten())
                    .collect();
                if plans.contains(&Some(true)) {
                    Answer::fail("the account is licensed for daily work too")
                } else if plans.contains(&None) {
                    Answer::Unknown("what one of its licenses includes is not known")
                } else if person.is_outside() {
                    // An account of another tenant may be its owner's daily account there.
                    Answer::Unknown("what the account is used for where it comes from is not known")
                } else {
                    match person.profile.on_premises_synced {
                        Some(false) => Answer::Pass,
                        Some(true) => {
                            Answer::Unknown("what the account is used for on premises is not known")
                        }
                        None => Answer::Lacks(USERS, "where the account is mastered was not read"),
                    }
                }
            },
        )
}

fn names(row: &LicenseFact) -> impl Iterator<Item = String> {
    let names = [Some(row.sku.as_str()), row.sku_id.as_deref()];
    names.into_iter().flatten().map(str::to_ascii_lowercase)
}

/// Whether one of the plans is for daily work; `None` where one is not known, or none is told.
fn are_productive(plans: &[String]) -> Option<bool> {
    let is_of = |plan: &str, families: &[&str]| families.iter().any(|f| plan.starts_with(f));
    let plans = plans.iter().map(|plan| plan.trim().to_ascii_uppercase());
    let told: Vec<Option<bool>> = plans
        .map(|plan| {
            let is_harmless = is_of(&plan, &HARMLESS);
            (is_harmless || is_of(&plan, &PRODUCTIVE)).then_some(!is_harmless)
        })
        .collect();
    if told.contains(&Some(true)) {
        Some(true)
    } else {
        (!told.is_empty() && !told.contains(&None)).then_some(false)
    }
}

pub(super) fn not_permanent(context: &Context<'_>) -> Finding {
    context
        .administrators("is every privileged role eligible, or assigned for a time only?")
        .each(
            context,
            ROLES,
            "make the administrators listed eligible for their roles instead of assigning them for good",
            |person| {
                let ends: BTreeSet<Option<bool>> = person
                    .roles
                    .iter()
                    .filter(|held| held.may_be_administrative() && held.active)
                    .map(|held| match held.permanent {
                        Some(true) if !held.is_administrative() => None,
                        permanent => permanent,
                    })
                    .collect();
                if ends.contains(&Some(true)) {
                    Answer::fail("holds a privileged role for good")
                } else if ends.contains(&None) {
                    Answer::Unknown("whether its roles are privileged, or when they end, is not known")
                } else {
                    Answer::Pass
                }
            },
        )
}

pub(super) fn activation_approved(context: &Context<'_>) -> Finding {
    let global = RoleId::new(GLOBAL);
    Question::new(
        "must somebody approve before Global Administrator is activated?",
        "demand approval for activating Global Administrator",
    )
    .none_is_open("no rule about activating Global Administrator was read")
    .every(context, |row: &PimRuleFact| {
        if RoleId::new(&row.role) != global {
            return Answer::Skip;
        }
        Answer::is(row.approval_required, true, "nobody has to approve")
    })
}

/// An account that no conditional access policy can lock out:
/// <https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/security-emergency-access>.
pub(super) fn emergency_access(context: &Context<'_>) -> Finding {
    let mut finding = context.about_accounts(
        "is there a Global Administrator, mastered in the cloud, whom no policy can lock out?",
    );
    finding.excluded.clear();
    context.need_roles(&mut finding);
    context.need(crate::coverage::CA_POLICIES, &mut finding);
    finding.advice = "leave one emergency account out of every conditional access policy";
    finding.target = Some(Target::Policies(crate::coverage::CA_POLICIES));
    let mut perhaps = false;
    let able = context.population.holders_able_to_sign_in();
    for person in able.filter(|person| is_global(person, true)) {
        let reach = context.coverage.reach(&person);
        let synced = person.profile.on_premises_synced;
        if synced == Some(false) && reach == Some(false) && !may_be_disabled(&person) {
            finding.passing = 1;
        }
        perhaps |= synced != Some(true) && reach != Some(true);
    }
    finding.in_place = finding.passing > 0;
    if finding.passing == 0 && finding.undecidable.is_none() {
        if finding.whole && !perhaps && context.population.unresolved.is_empty() {
            let why = "every Global Administrator could be locked out by a policy or a directory";
            finding.failing.insert(context.tenant(), why);
        } else {
            finding.missing.insert(context.evidence.missing(USERS));
            finding.unknown.insert(context.tenant(), NOT_READ);
        }
    }
    finding
}
