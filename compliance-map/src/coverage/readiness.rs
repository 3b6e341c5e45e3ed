//! Whether a person has registered a second factor that can be used.

use std::collections::BTreeMap;

use serde_json::Value;

use super::binding::{Bound, Needed};
use super::key::{CA_POLICIES, CROSS_TENANT, METHODS, PASSWORD_POLICY, REGISTRATION};
use super::method::{MethodSet, Registered};
use super::tri::Tri;
use crate::directory::{Narrowed, Registration};
use crate::domain;
use crate::evidence::{Evidence, EvidenceGrade};
use crate::facts::{CrossTenantFact, narrowing, says_more};
use crate::population::Person;

const TENANT_FACT: &str = "org.tenant";

/// What is known about one person's methods.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) answer: Tri,
    pub(crate) whole: bool,
    /// Why not.
    pub(crate) why: &'static str,
    pub(crate) missing: Vec<&'static str>,
}

/// The registered methods of everybody, from the report and from the per-user lists.
#[derive(Debug)]
pub(crate) struct Readiness {
    report_grade: EvidenceGrade,
    lists_grade: EvidenceGrade,
    /// Whether MFA done in a guest's home tenant is accepted.
    home_mfa: Option<bool>,
    /// Domains whose people sign in through another provider, in lower case, and whether that one
    /// does MFA.
    federated: BTreeMap<String, Tri>,
}

impl Readiness {
    pub(crate) fn new(evidence: Evidence<'_>) -> Self {
        let facts = evidence.facts;
        let trust = facts.org_cross_tenant.items.last();
        Self {
            report_grade: evidence.grade(REGISTRATION),
            lists_grade: evidence.grade(METHODS),
            home_mfa: match trust {
                Some(trust) if evidence.is_whole(CROSS_TENANT) => accepts_home_mfa(trust),
                // Unless something is set, the MFA of other tenants is not accepted:
                // <https://learn.microsoft.com/en-us/entra/external-id/cross-tenant-access-overview>.
                None if evidence.is_whole(CROSS_TENANT) => Some(false),
                _ => None,
            },
            federated: federated(evidence),
        }
    }

    /// The methods of a person, where either fact has a row.
    pub(crate) fn registered(&self, person: &Person<'_>) -> Option<Registered> {
        let told = self.report(person).map(|told| told.methods);
        let told = told.or_else(|| self.list(person))?;
        Some(Registered::read(person.words(told.list)))
    }

    /// What the report says of a person.
    fn report(&self, person: &Person<'_>) -> Option<Registration> {
        let is_read = self.report_grade != EvidenceGrade::Absent;
        person.profile.registration.filter(|_| is_read)
    }

    /// The methods that were read for a person alone.
    fn list(&self, person: &Person<'_>) -> Option<Narrowed> {
        let is_read = self.lists_grade != EvidenceGrade::Absent;
        person.profile.methods.filter(|_| is_read)
    }

    /// Whether the person has a method among those `needed`, or does MFA with another provider or tenant.
    ///
    /// Guests may be asked in their home tenant, which conditional access can be set to trust:
    /// <https://learn.microsoft.com/en-us/entra/external-id/authentication-conditional-access>.
    /// People of a federated domain may be asked by their provider:
    /// <https://learn.microsoft.com/en-us/graph/api/resources/internaldomainfederation>. Neither is
    /// in the report of registrations.
    pub(crate) fn of(&self, person: &Person<'_>, needed: Needed, bound: &Bound<'_>) -> Ready {
        let Told {
            mut answer,
            not_allowed,
            mut whole,
        } = self.told(person, needed);
        let mut missing = Vec::new();
        let generous = Needed {
            least: needed.most,
            ..needed
        };
        // If accepting every method that may be accepted makes the answer certain, the policies are what
        // is not known. Otherwise it is the registered methods.
        if answer == Tri::Maybe && self.told(person, generous).answer == Tri::Maybe {
            missing.push(REGISTRATION);
            if self.lists_grade != EvidenceGrade::Absent {
                missing.push(METHODS);
            }
        }
        // MFA done elsewhere may use any method. Where only some are accepted, it may not be one of them.
        let any_kind = MethodSet::BUILT_IN.is_subset_of(needed.least);
        let elsewhere = [
            (self.at_home(person, bound), CROSS_TENANT),
            (self.by_provider(person), PASSWORD_POLICY),
            (
                Tri::from(bound.perhaps_elsewhere).min(Tri::Maybe),
                CA_POLICIES,
            ),
        ];
        for (asked, key) in elsewhere {
            let asked = if any_kind {
                asked
            } else {
                asked.min(Tri::Maybe)
            };
            if answer != Tri::Yes && asked > answer {
                answer = asked;
                whole = asked == Tri::Yes;
                missing.clear();
            }
            if answer == Tri::Maybe && asked == Tri::Maybe {
                missing.push(key);
            }
        }
        Ready {
            answer,
            whole,
            why: if not_allowed {
                "the registered methods are not allowed by the methods policy"
            } else if needed.most == MethodSet::ANY {
                "no usable second factor is registered"
            } else {
                "no registered method is strong enough for what is asked"
            },
            missing,
        }
    }

    /// Whether MFA of the person's home tenant takes the place of ours.
    fn at_home(&self, person: &Person<'_>, bound: &Bound<'_>) -> Tri {
        if !bound.by_conditional_access || !person.is_outside() {
            return Tri::No;
        }
        match self.home_mfa {
            Some(false) => Tri::No,
            // A guest whose account was made in this tenant has no home tenant.
            Some(true) if person.profile.external => Tri::Yes,
            Some(true) | None => Tri::Maybe,
        }
    }

    /// Whether the identity provider of the person's domain does MFA.
    fn by_provider(&self, person: &Person<'_>) -> Tri {
        if person.profile.external || self.federated.is_empty() {
            return Tri::No;
        }
        let Some(domain) = person.domain() else {
            return Tri::Maybe;
        };
        // A subdomain signs in as the domain above it does.
        let names = std::iter::once(domain).chain(domain::above(domain));
        let mut known = names.filter_map(|name| self.federated.get(name));
        known.next().copied().unwrap_or(Tri::No)
    }

    /// What report and list say together.
    ///
    /// The registration report knows whether the methods policy allows what is registered, so it
    /// comes first; where report and list contradict each other, nothing is concluded.
    fn told(&self, person: &Person<'_>, needed: Needed) -> Told {
        let lists_whole = self.lists_grade == EvidenceGrade::Whole;
        let report_whole = self.report_grade == EvidenceGrade::Whole;
        let list = self.list(person).map(|told| {
            let registered = Registered::read(person.words(told.list));
            told_by_names(registered, needed).min(at_most(told.narrowed))
        });
        let Some(row) = self.report(person) else {
            return Told {
                answer: list.unwrap_or(Tri::Maybe),
                not_allowed: false,
                whole: list.is_some() && lists_whole,
            };
        };
        let (report, not_allowed) = told_by_report(row, person.words(row.methods.list), needed);
        let (answer, whole) = match (report, list) {
            (Tri::No, _) if not_allowed => (Tri::No, report_whole),
            (Tri::Yes, Some(Tri::No)) | (Tri::No, Some(Tri::Yes)) => (Tri::Maybe, false),
            (Tri::Maybe, Some(list)) => (list, lists_whole),
            (report, _) => (report, report_whole),
        };
        Told {
            answer,
            not_allowed,
            whole,
        }
    }
}

/// Whether MFA of home tenants is accepted: by default, with nothing said of single ones that speaks
/// against it.
fn accepts_home_mfa(trust: &CrossTenantFact) -> Option<bool> {
    let accepts = trust.default_inbound_trust_mfa?;
    // Where the default trusts, a list of tenants that are trusted anyway changes nothing.
    let harmless = |name: &str| accepts && ["trusted_tenants", "default"].contains(&name);
    let mut further = narrowing(&trust.extra, &[]).filter(|name| !harmless(name));
    further.next().is_none().then_some(accepts)
}

/// What a federated domain does is written in `federated_idp_mfa_behavior`, in Graph's words.
fn federated(evidence: Evidence<'_>) -> BTreeMap<String, Tri> {
    let facts = evidence.facts;
    let mut federated = BTreeMap::new();
    if evidence.grade(TENANT_FACT) != EvidenceGrade::Absent {
        let rows = facts.org_tenant.items.iter();
        let lists = rows.filter_map(|row| row.extra.get("federated_domains")?.as_array());
        let domains = lists.flatten().filter_map(Value::as_str);
        federated.extend(domains.map(|domain| (domain.to_ascii_lowercase(), Tri::Maybe)));
    }
    if evidence.grade(PASSWORD_POLICY) != EvidenceGrade::Absent {
        for row in &facts.auth_password_policy.items {
            let domain = row.domain.to_ascii_lowercase();
            let names = ["federated_idp_mfa_behavior", "federatedIdpMfaBehavior"];
            let told = names.iter().find_map(|name| row.extra.get(*name)?.as_str());
            let remarks = ["federated_idp_mfa_behavior", "root", "verified"];
            let is_whole = evidence.is_whole(PASSWORD_POLICY)
                && row.federated == Some(true)
                && !says_more(&row.extra, &remarks);
            let does_mfa = match told {
                Some("enforceMfaByFederatedIdp") if is_whole => Tri::Yes,
                Some("rejectMfaByFederatedIdp") if is_whole => Tri::No,
                _ => Tri::Maybe,
            };
            match row.federated {
                Some(false) => federated.insert(domain, Tri::No),
                Some(true) => federated.insert(domain, does_mfa),
                None if told.is_some() => federated.insert(domain, Tri::Maybe),
                None => None,
            };
        }
    }
    federated
}

struct Told {
    answer: Tri,
    /// Something is registered that the tenant's methods policy does not allow.
    not_allowed: bool,
    whole: bool,
}

/// What the report says, and whether something is registered that is not allowed.
fn told_by_report(row: Registration, methods: &[String], needed: Needed) -> (Tri, bool) {
    let registered = Registered::read(methods);
    if row.capable == Some(false) {
        return (Tri::No, !registered.usable.is_empty());
    }
    // Capable without a method listed: the report contradicts itself.
    let contradiction = row.capable == Some(true) && methods.is_empty();
    match told_by_names(registered, needed) {
        Tri::No if contradiction => (Tri::Maybe, false),
        // Any method will do, and the report says that one is usable, though its name is not known here.
        Tri::Maybe
            if row.capable == Some(true)
                && registered.strange
                && MethodSet::BUILT_IN.is_subset_of(needed.least) =>
        {
            (at_most(row.methods.narrowed), false)
        }
        answer => (answer.min(at_most(row.methods.narrowed)), false),
    }
}

fn told_by_names(registered: Registered, needed: Needed) -> Tri {
    if !registered.usable.and(needed.least).is_empty() {
        Tri::Yes
    } else if registered.strange || !registered.usable.and(needed.most).is_empty() {
        Tri::Maybe
    } else {
        Tri::No
    }
}

/// The most that a row proves.
fn at_most(is_narrowed: bool) -> Tri {
    if is_narrowed { Tri::Maybe } else { Tri::Yes }
}
