//! Parameters that the organisation declares for a control.

use std::collections::BTreeSet;

use super::result::Advisory;
use crate::evidence::Evidence;
use crate::framework::{ControlRef, Rule};
use crate::rules::{IDLE_MINUTES, INACTIVITY_DAYS};

/// The rule with the parameters that hold for this control.
///
/// A declaration fills a gap that the framework leaves, and may tighten what the framework fixes. It
/// never loosens it: that would turn a failure into a pass.
pub(super) fn apply(
    rule: Rule,
    control: &ControlRef,
    evidence: Evidence<'_>,
    advisories: &mut BTreeSet<Advisory>,
) -> Rule {
    let (name, fixed) = match rule {
        Rule::DormantAccounts { inactivity_days } => (INACTIVITY_DAYS, inactivity_days),
        Rule::IdleSessions { idle_minutes } => (IDLE_MINUTES, idle_minutes),
        _ => return rule,
    };
    let declared = declared(name, fixed, control, evidence, advisories);
    match rule {
        Rule::IdleSessions { .. } => Rule::IdleSessions {
            idle_minutes: declared,
        },
        _ => Rule::DormantAccounts {
            inactivity_days: declared,
        },
    }
}

/// The value of a parameter of which less is stricter.
fn declared(
    name: &str,
    fixed: Option<u32>,
    control: &ControlRef,
    evidence: Evidence<'_>,
    advisories: &mut BTreeSet<Advisory>,
) -> Option<u32> {
    let reference = control.to_string();
    let (options, overlay) = (evidence.options, &evidence.facts.overlay);
    let key = (reference.clone(), name.to_owned());
    let own = options.parameters.get(&key).copied();
    let own = own.filter(|value| *value > 0);
    let own = own.or_else(|| overlay.own_parameter(&reference, name));
    let unit = name.rsplit_once('_').map_or(name, |(_, unit)| unit);
    match (fixed, own) {
        (None, own) => own.or_else(|| overlay.parameter(&reference, name)),
        (Some(fixed), Some(own)) if own > fixed => {
            advisories.insert(Advisory {
                subject: reference,
                message: format!("{own} {unit} were declared, but the framework allows at most {fixed}; {fixed} were used"),
            });
            Some(fixed)
        }
        (Some(fixed), own) => Some(own.unwrap_or(fixed)),
    }
}
