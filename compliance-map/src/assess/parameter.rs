//! Parameters that the organisation declares for a control.

use std::collections::BTreeSet;

use super::result::Advisory;
use crate::evidence::Evidence;
use crate::framework::{ControlRef, Rule};
use crate::rules::INACTIVITY_DAYS;

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
    let Rule::DormantAccounts { inactivity_days } = rule else {
        return rule;
    };
    let reference = control.to_string();
    let (options, overlay) = (evidence.options, &evidence.facts.overlay);
    let key = (reference.clone(), INACTIVITY_DAYS.to_owned());
    let own = options
        .parameters
        .get(&key)
        .copied()
        .filter(|days| *days > 0);
    let own = own.or_else(|| overlay.own_parameter(&reference, INACTIVITY_DAYS));
    let inactivity_days = match (inactivity_days, own) {
        (None, own) => own.or_else(|| overlay.parameter(&reference, INACTIVITY_DAYS)),
        (Some(fixed), Some(own)) if own > fixed => {
            advisories.insert(Advisory {
                subject: reference,
                message: format!("{own} days were declared, but the framework allows at most {fixed}; {fixed} were used"),
            });
            Some(fixed)
        }
        (Some(fixed), own) => Some(own.unwrap_or(fixed)),
    };
    Rule::DormantAccounts { inactivity_days }
}
