//! What activating a directory role asks for.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::PimRuleFact;
use serde::Deserialize;
use serde_json::Value;

use super::fact::to_fact;
use super::part::both;
use super::roles::role_names;
use super::unmodelled::{self, Members, carried_as};
use super::value::type_name;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicy>
#[derive(Deserialize)]
struct Policy {
    rules: Option<Vec<Rule>>,
}

/// A rule of any sort: each has the members of its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: Option<String>,
    #[serde(rename = "@odata.type")]
    odata_type: Option<String>,
    target: Option<Target>,
    setting: Option<Setting>,
    enabled_rules: Option<Vec<String>>,
    is_enabled: Option<bool>,
    is_expiration_required: Option<bool>,
    maximum_duration: Option<String>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
struct Target {
    caller: Option<String>,
    level: Option<String>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Setting {
    is_approval_required: Option<bool>,
    #[serde(flatten)]
    other: Members,
}

impl Rule {
    /// Whether it is about somebody who activates a role, and not about who may hand it out:
    /// <https://learn.microsoft.com/graph/identity-governance-pim-rules-overview>.
    fn is_about_activation(&self) -> bool {
        let is = |found: Option<&String>, word: &str| {
            found.is_some_and(|found| found.eq_ignore_ascii_case(word))
        };
        match &self.target {
            Some(Target { caller, level, .. }) if caller.is_some() || level.is_some() => {
                is(caller.as_ref(), "EndUser") && is(level.as_ref(), "Assignment")
            }
            _ => {
                let id = self.id.as_deref().unwrap_or_default();
                id.to_ascii_lowercase().ends_with("_enduser_assignment")
            }
        }
    }
}

impl Rule {
    /// What more is said of it, under the name of the rule.
    fn further(&mut self) -> Members {
        let mut of_target = Members::new();
        if let Some(target) = &mut self.target {
            of_target = std::mem::take(&mut target.other);
        }
        let mut of_setting = Members::new();
        if let Some(setting) = &mut self.setting {
            of_setting = std::mem::take(&mut setting.other);
        }
        let name = self.id.as_deref().unwrap_or("rule");
        let mut further: Members =
            carried_as(name, unmodelled::ROLE_RULE, std::mem::take(&mut self.other)).collect();
        further.extend(carried_as(
            &format!("{name}.target"),
            unmodelled::ROLE_TARGET,
            of_target,
        ));
        further.extend(carried_as(
            &format!("{name}.setting"),
            unmodelled::APPROVAL,
            of_setting,
        ));
        further
    }
}

#[derive(Default)]
struct Demands {
    approval_required: Option<bool>,
    mfa_required: Option<bool>,
    activation_minutes: Option<u32>,
    /// Whether the service says that an activation has to end. That it does by itself is so whatever
    /// stands here, and after how long stands beside it.
    expiration_required: Option<bool>,
    /// What is not modelled, and may take from any of these.
    further: Members,
}

impl Policy {
    fn demands(self) -> Demands {
        let mut demands = Demands::default();
        let mut by_context = false;
        let rules = self.rules.into_iter().flatten();
        for mut rule in rules.filter(Rule::is_about_activation) {
            let further = rule.further();
            let is_told = further.is_empty();
            demands.further.extend(further);
            let kind = rule.odata_type.as_deref().map(type_name);
            match kind.unwrap_or_default() {
                "unifiedRoleManagementPolicyApprovalRule" => {
                    demands.approval_required = rule
                        .setting
                        .and_then(|setting| setting.is_approval_required)
                        .filter(|is| !is || is_told);
                }
                "unifiedRoleManagementPolicyEnablementRule" => {
                    demands.mfa_required = rule
                        .enabled_rules
                        .map(|rules| {
                            let mut rules = rules.iter();
                            rules.any(|rule| rule.eq_ignore_ascii_case("MultiFactorAuthentication"))
                        })
                        .filter(|is| !is || is_told);
                }
                "unifiedRoleManagementPolicyAuthenticationContextRule" => {
                    by_context = rule.is_enabled == Some(true);
                }
                "unifiedRoleManagementPolicyExpirationRule" => {
                    let minutes = rule.maximum_duration.as_deref().and_then(minutes);
                    demands.activation_minutes = minutes.filter(|_| is_told);
                    demands.expiration_required = rule.is_expiration_required;
                }
                _ => {}
            }
        }
        // A conditional access policy for that context may ask for MFA, or may not.
        if by_context && demands.mfa_required == Some(false) {
            demands.mfa_required = None;
        }
        demands
    }
}

/// <https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyassignment>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicyAssignment {
    policy_id: Option<String>,
    role_definition_id: Option<String>,
}

/// One row for each role that has a policy.
pub(super) async fn rules(reader: &Reader<'_>) -> Result<Fact<PimRuleFact>, StoreError> {
    let policies = reader
        .evidence("role_management_policies", &Kind::ROLE_POLICY)
        .await?;
    let assignments = reader
        .evidence(
            "role_management_policy_assignments",
            &Kind::ROLE_POLICY_ASSIGNMENT,
        )
        .await?;
    let names = role_names(reader).await?;
    let read = reader
        .rows(&Kind::ROLE_POLICY, |id, policy: Policy| {
            Some((id, policy.demands()))
        })
        .await?;
    let (demands, policies) = read.with(policies);
    let demands: BTreeMap<String, Demands> = demands.into_iter().collect();
    let rows = reader
        .rows(
            &Kind::ROLE_POLICY_ASSIGNMENT,
            |_, assignment: PolicyAssignment| {
                let id = assignment.role_definition_id?;
                let (role, beside) = names.of(id.clone());
                let demands = assignment.policy_id.and_then(|id| demands.get(&id));
                let mut extra = demands.map_or_else(Members::new, |it| it.further.clone());
                extra.extend(beside);
                extra.insert("role_id".to_owned(), Value::from(id));
                if let Some(is) = demands.and_then(|demands| demands.expiration_required) {
                    extra.insert("expiration_required".to_owned(), is.into());
                }
                Some(PimRuleFact {
                    role,
                    approval_required: demands.and_then(|demands| demands.approval_required),
                    mfa_required: demands.and_then(|demands| demands.mfa_required),
                    activation_minutes: demands.and_then(|demands| demands.activation_minutes),
                    extra,
                })
            },
        )
        .await?;
    Ok(to_fact(rows, both(policies, assignments)))
}

/// The minutes of a duration of ISO 8601 without years and months, begun ones counted.
fn minutes(duration: &str) -> Option<u32> {
    let rest = duration.strip_prefix('P')?;
    let (days, time) = match rest.split_once('T') {
        Some((days, time)) => (days, time),
        None => (rest, ""),
    };
    let seconds = parts(days, &[('W', 7 * 86_400), ('D', 86_400)])?
        .checked_add(parts(time, &[('H', 3600), ('M', 60), ('S', 1)])?)?;
    (!rest.is_empty()).then_some(())?;
    u32::try_from(seconds.div_ceil(60)).ok()
}

fn parts(text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut total: u64 = 0;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let (_, seconds) = units.iter().find(|(unit, _)| *unit == c)?;
        let number: u64 = digits.parse().ok()?;
        total = total.checked_add(number.checked_mul(*seconds)?)?;
        digits.clear();
    }
    digits.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_become_minutes_and_what_is_none_stays_unknown() {
        for (text, expected) in [
            ("PT8H", Some(480)),
            ("PT30M", Some(30)),
            ("PT1H30M", Some(90)),
            ("P1D", Some(1440)),
            ("P1DT1H", Some(1500)),
            ("PT90S", Some(2)),
            ("P1Y", None),
            ("P", None),
            ("8 hours", None),
            ("PT8", None),
            ("PT99999999999999999999H", None),
        ] {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }
}
