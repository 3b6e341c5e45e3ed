//! What conditional access policies ask besides MFA, and of whom.

use std::collections::BTreeSet;

use super::people::{ENABLED_NOT_READ, may_be_disabled};
use super::setting::{Answer, Question};
use super::{Context, Finding, Target};
use crate::coverage::{CA_POLICIES, Fit, Protection, Reached, SECURITY_DEFAULTS};
use crate::evidence::EvidenceGrade;
use crate::facts::{CaPolicyFact, CaPrincipals};
use crate::population::{GROUPS, ROLES, USERS};
use crate::role;
use crate::verdict::Action;

/// See <https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-block-legacy-authentication>.
pub(super) fn legacy_blocked(context: &Context<'_>) -> Finding {
    asked_of_everybody(
        context,
        "are sign-ins by protocols that know no MFA blocked for everybody?",
        "block legacy authentication for the people listed, in every application",
        Protection::LegacyBlocked,
    )
}

/// See <https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-block-authentication-flows>.
pub(super) fn device_code_blocked(context: &Context<'_>) -> Finding {
    asked_of_everybody(
        context,
        "is the device code flow blocked for everybody?",
        "block the device code flow for the people listed",
        Protection::DeviceCodeBlocked,
    )
}

/// See <https://learn.microsoft.com/en-us/entra/id-protection/howto-identity-protection-configure-risk-policies>.
pub(super) fn risky_users(context: &Context<'_>) -> Finding {
    asked_of_everybody(
        context,
        "must everybody whose account is at high risk change the password, or is blocked?",
        "contain accounts at high risk by a policy for the people listed",
        Protection::UserRiskContained,
    )
}

/// See <https://learn.microsoft.com/en-us/entra/id-protection/howto-identity-protection-configure-risk-policies>.
pub(super) fn risky_sign_ins(context: &Context<'_>) -> Finding {
    asked_of_everybody(
        context,
        "does a policy answer everybody's sign-ins at high risk with MFA or a block?",
        "contain sign-ins at high risk by a policy for the people listed",
        Protection::SignInRiskContained,
    )
}

/// A gate has to test something: what lets devices pass untested fails as well. See
/// <https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-all-users-device-compliance>.
pub(super) fn managed_device(context: &Context<'_>) -> Finding {
    let mut finding = asked_of_everybody(
        context,
        "can everybody sign in only from devices that are managed and healthy?",
        "demand a compliant device of the people listed, in every application, and let a compliance policy test its health",
        Protection::ManagedDevice,
    );
    if finding.passing > 0 {
        super::device::need_health(context, &mut finding);
    }
    finding
}

/// See <https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-all-users-security-info-registration>.
pub(super) fn registration_protected(context: &Context<'_>) -> Finding {
    asked_of_everybody(
        context,
        "is identity verified before somebody registers or changes a factor?",
        "protect the registration of security information by a policy for the people listed",
        Protection::RegistrationProtected,
    )
}

impl Context<'_> {
    /// Notes that a finding rests on the policies in force, or on security defaults, which leave room
    /// for none; and how far these are known.
    fn need_policies(&self, finding: &mut Finding) -> EvidenceGrade {
        let known = self.coverage.policies_grade();
        let is_by_default = known != self.evidence.grade(CA_POLICIES);
        self.need(
            if is_by_default {
                SECURITY_DEFAULTS
            } else {
                CA_POLICIES
            },
            finding,
        );
        known
    }
}

/// Who is asked, and by which policy each of the others could be.
fn asked_of_everybody(
    context: &Context<'_>,
    words: &str,
    advice: &'static str,
    protection: Protection,
) -> Finding {
    let mut finding = context.about_accounts(words);
    let reach = context.coverage.reach_of(protection);
    finding.advice = advice;
    if reach.by_default == Some(true) {
        return by_security_defaults(context, finding);
    }
    let grade = context.need_policies(&mut finding);
    if reach.by_default.is_none() {
        // Security defaults that may be on may protect everybody.
        finding.evidence.insert(SECURITY_DEFAULTS);
        finding
            .missing
            .insert(context.evidence.missing(SECURITY_DEFAULTS));
    }
    if grade == EvidenceGrade::Absent {
        finding.excluded.clear();
        finding.undecidable = finding.undecidable.or(Some("the evidence is missing"));
        return finding;
    }
    if reach.is_empty() {
        // Nobody is counted, so nobody is listed as excluded either.
        finding.excluded.clear();
        if finding.undecidable.is_some() {
        } else if grade != EvidenceGrade::Whole {
            finding.undecidable = Some("none was seen, but the list is not complete");
        } else if reach.by_default.is_none() {
            finding.undecidable = Some("whether security defaults are on is not known");
        } else {
            let why = "no policy in force asks it of anybody";
            finding.failing.insert(context.tenant(), why);
            finding.target = Some(Target::Policies(CA_POLICIES));
        }
        return finding;
    }
    finding.in_place = reach.asks_everybody();
    let mut alike = context.coverage.alike();
    let mut open = false;
    for person in context.population.able_to_sign_in() {
        let member = person.member();
        if may_be_disabled(&person) {
            finding.count(context, USERS, member, Answer::Unknown(ENABLED_NOT_READ));
            continue;
        }
        let reached = alike.of(&person, || Lacking::of(&reach.of(&person), advice));
        match &reached.answer {
            Reaches::Always { whole } => {
                finding.passing += 1;
                finding.whole &= whole;
            }
            Reaches::Untold => {
                open = true;
                let why = "whether a policy asks it of the account cannot be told";
                finding.unknown.insert(member, why);
            }
            Reaches::AtTimes => finding.conditional.insert(member, &reached.why),
            Reaches::Never => finding.failing.insert(member, &reached.why),
        }
        if let Some(step) = &reached.step {
            match finding.steps.get_mut(step) {
                Some(ids) => ids.insert(member),
                None => finding
                    .steps
                    .entry(step.clone())
                    .or_default()
                    .insert(member),
            }
        }
    }
    for key in [CA_POLICIES, GROUPS, ROLES] {
        if open && (key == CA_POLICIES || !context.evidence.is_whole(key)) {
            finding.missing.insert(context.evidence.missing(key));
        }
    }
    finding.in_place |= finding.passing > 0;
    finding
}

/// How far a protection reaches people who are alike.
enum Reaches {
    Always { whole: bool },
    AtTimes,
    Never,
    Untold,
}

/// The same with why it does not reach further, and the step that would help.
struct Lacking {
    answer: Reaches,
    why: String,
    step: Option<Action>,
}

impl Lacking {
    fn of(reached: &Reached<'_>, advice: &str) -> Self {
        let step = |policy: Option<&str>, change: &str| {
            Some(Action::ChangePolicy {
                fact: CA_POLICIES.to_owned(),
                policy: policy.map(str::to_owned),
                change: change.to_owned(),
            })
        };
        let (answer, why, step) = match reached {
            Reached {
                fit: Some(Fit::Full),
                whole,
                ..
            } => (Reaches::Always { whole: *whole }, String::new(), None),
            Reached { open: true, .. } => (Reaches::Untold, String::new(), None),
            Reached {
                fit: Some(Fit::Narrowed),
                policy,
                ..
            } => {
                let change = "take away the conditions that let the people listed pass by";
                let why = "a policy asks it at times only".to_owned();
                (Reaches::AtTimes, why, step(*policy, change))
            }
            Reached {
                policy: Some(policy),
                ..
            } => {
                let why = format!("is left out of the policy \"{policy}\"");
                let step = step(Some(policy), "stop leaving out the people listed");
                (Reaches::Never, why, step)
            }
            _ => {
                let why = "no policy in force asks it of the account".to_owned();
                (Reaches::Never, why, step(None, advice))
            }
        };
        Self { answer, why, step }
    }
}

/// Security defaults do it for everybody, and rule out conditional access.
fn by_security_defaults(context: &Context<'_>, mut finding: Finding) -> Finding {
    context.need(SECURITY_DEFAULTS, &mut finding);
    for person in context.population.able_to_sign_in() {
        let answer = if may_be_disabled(&person) {
            Answer::Unknown(ENABLED_NOT_READ)
        } else {
            Answer::Pass
        };
        finding.count(context, USERS, person.member(), answer);
    }
    finding.in_place = finding.passing > 0;
    finding
}

/// Whom no policy is meant for, or is left out of all, gets in with a password alone. See
/// <https://learn.microsoft.com/en-us/entra/fundamentals/security-defaults>.
pub(super) fn access_decided(context: &Context<'_>) -> Finding {
    asked_of_everybody(
        context,
        "do conditional access policies or security defaults decide of everybody who gets in?",
        "enforce a conditional access policy for the people listed, or switch security defaults on",
        Protection::Anything,
    )
}

/// Whoever is left out of one policy for everybody has to be covered by another one.
pub(super) fn exclusions_covered(context: &Context<'_>) -> Finding {
    let mut finding =
        context.about_accounts("is everybody who is left out of a policy covered by another one?");
    finding.advice = "cover the people listed by a policy, or stop leaving them out";
    finding.target = Some(Target::Accounts);
    if context.need_policies(&mut finding) == EvidenceGrade::Absent {
        finding.undecidable = finding.undecidable.or(Some("the evidence is missing"));
        return finding;
    }
    if !context.coverage.has_policies() {
        // Without any policy nobody is left out, which would be a vacuous pass.
        context.need(SECURITY_DEFAULTS, &mut finding);
        match context.coverage.security_defaults() {
            Some(true) => finding.vacuous_pass = Some("security defaults leave nobody out"),
            Some(false) if finding.whole => {
                let why = "no policy in force covers anybody";
                finding.failing.insert(context.tenant(), why);
            }
            _ => finding.undecidable = finding.undecidable.or(Some("no policy in force was seen")),
        }
        return finding;
    }
    let mut alike = context.coverage.alike();
    let mut asked: BTreeSet<Option<bool>> = BTreeSet::new();
    for person in context.population.able_to_sign_in() {
        let (asks, left_out, covered) = *alike.of(&person, || {
            let (left_out, covered) = context.coverage.left_out_and_covered(&person);
            (context.coverage.asks(&person), left_out, covered)
        });
        asked.insert(asks);
        if left_out == Some(false) {
            continue;
        }
        let answer = match (may_be_disabled(&person), left_out, covered) {
            (true, _, _) => Answer::Unknown(ENABLED_NOT_READ),
            // A policy covers the account, whether another one leaves it out or not.
            (_, None, Some(true)) => Answer::Skip,
            (_, _, Some(true)) => Answer::Pass,
            (_, Some(true), Some(false)) if finding.whole => {
                Answer::fail("is left out of a policy, and no other one covers the account")
            }
            _ => Answer::Unknown("whether a policy covers the account cannot be told"),
        };
        finding.count(context, CA_POLICIES, person.member(), answer);
    }
    if asked == BTreeSet::from([Some(false)]) && finding.whole {
        if finding.failing.is_empty() {
            let why = "nobody is asked for MFA, so that everybody passes it by";
            finding.failing.insert(context.tenant(), why);
        }
    } else if finding.counts_nobody() && finding.whole {
        if asked == BTreeSet::from([Some(true)]) {
            finding.vacuous_pass = Some("nobody is left out of a policy");
        } else {
            // Whoever no policy includes is left out of all of them.
            finding
                .missing
                .insert(context.evidence.missing(CA_POLICIES));
            finding.undecidable =
                Some("MFA is not asked of everybody, so that it cannot be told who is left out");
        }
    }
    finding.in_place = finding.passing > 0;
    finding
}

/// A policy that names what was deleted covers, or leaves out, somebody else than it seems to.
pub(super) fn references_known(context: &Context<'_>) -> Finding {
    let mut finding = Question::new(
        "does every policy name only people, groups and roles that exist?",
        "take what was deleted out of the policies listed",
    )
    .every(context, |row: &CaPolicyFact| {
        let sides = [&row.include, &row.exclude];
        if sides.iter().any(|side| side.is_none()) {
            return Answer::Unknown("whom it covers was not read");
        }
        let lost: BTreeSet<&str> = sides
            .into_iter()
            .flatten()
            .flat_map(|side| unknown_in(side, context))
            .collect();
        let roles = lost.iter().filter(|name| name.starts_with(ROLE));
        match (lost.len(), roles.count()) {
            (0, _) => Answer::Pass,
            (all, roles) if all == roles => Answer::Unknown("it names a role that is not built in"),
            _ if !context.evidence.is_whole(USERS) || !context.evidence.is_whole(GROUPS) => {
                Answer::Unknown("not all people and groups are known")
            }
            (all, roles) => Answer::Fail(format!("names {} that do not exist", all - roles)),
        }
    });
    finding.target = Some(Target::Policies(CA_POLICIES));
    context.need(USERS, &mut finding);
    context.need(GROUPS, &mut finding);
    finding
}

const ROLE: &str = "role ";

fn unknown_in<'a>(side: &'a CaPrincipals, context: &Context<'_>) -> Vec<&'a str> {
    let words = ["all", "none", "guestsorexternalusers"];
    let person = |id: &&String| {
        let word = words.contains(&id.to_ascii_lowercase().as_str());
        !word && context.population.person(id).is_none()
    };
    let group = |id: &&String| !context.is_group(id);
    let role = |name: &&String| role::weight(name).is_none();
    let people = side.users.iter().filter(person).map(String::as_str);
    let groups = side.groups.iter().filter(group).map(String::as_str);
    let roles = side.roles.iter().filter(role).map(|_| ROLE);
    people.chain(groups).chain(roles).collect()
}
