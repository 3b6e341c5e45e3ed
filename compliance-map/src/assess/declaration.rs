//! What the organisation declared and nobody asks for: a misspelt name would otherwise be ignored.

use std::collections::BTreeSet;

use serde_json::Value;

use super::error::AssessError;
use super::parameter;
use crate::facts::Facts;
use crate::framework::{Catalogue, Clause, Control, Framework};
use crate::options::Options;
use crate::verdict::Advisory;

/// The names of the parameters that the organisation may set for a control.
fn names(control: &Control) -> BTreeSet<&'static str> {
    let rules = control.clauses.iter().filter_map(|clause| match clause {
        Clause::Rule { rule, .. } => Some(*rule),
        Clause::Open { .. } => None,
    });
    rules.filter_map(parameter::name).collect()
}

/// Refuses a parameter of the options that no rule of its control has.
pub(super) fn check(catalogue: &Catalogue, options: &Options) -> Result<(), AssessError> {
    for ((reference, name), value) in &options.parameters {
        let control = catalogue
            .resolve(reference)
            .map_err(|source| AssessError::Reference {
                reference: reference.clone(),
                source,
            })?;
        let known = names(control);
        if *value == 0 || !known.contains(name.as_str()) {
            return Err(AssessError::Parameter {
                control: reference.clone(),
                name: name.clone(),
                known: known.into_iter().map(str::to_owned).collect(),
            });
        }
    }
    Ok(())
}

/// Notes what stands in the overlay and has no effect.
pub(super) fn advise(facts: &Facts, catalogue: &Catalogue, advisories: &mut BTreeSet<Advisory>) {
    let demands: BTreeSet<&str> = catalogue
        .frameworks()
        .filter(|framework| framework.on_demand)
        .flat_map(Framework::official_ids)
        .collect();
    let mut no_effect = |name: &str, why: &str| {
        advisories.insert(Advisory {
            subject: format!("overlay {name}"),
            message: format!("has no effect: {why}"),
        });
    };
    let unknown = "it is no demand, no parameter and no control of the catalogue";
    for (name, value) in facts.overlay.iter() {
        if name == "parameters" {
            for (name, value) in value.as_object().into_iter().flatten() {
                declared(name, value, catalogue, &mut no_effect);
            }
        } else if demands.contains(name) {
            if !value.is_boolean() {
                no_effect(name, "a demand is made by the value true");
            }
        } else if name.contains(':') || parameter::NAMES.contains(&name) {
            declared(name, value, catalogue, &mut no_effect);
        } else {
            no_effect(name, unknown);
        }
    }
}

/// A parameter for all controls, or those of one control.
fn declared(
    name: &str,
    value: &Value,
    catalogue: &Catalogue,
    no_effect: &mut impl FnMut(&str, &str),
) {
    let counts = |value: &Value| {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.is_some_and(|number| number > 0)
    };
    let no_number = "a parameter is a whole number above 0";
    if parameter::NAMES.contains(&name) {
        if !counts(value) {
            no_effect(name, no_number);
        }
        return;
    }
    match catalogue.resolve(name) {
        Err(problem) => no_effect(name, &problem.to_string()),
        Ok(control) => {
            let known = names(control);
            for (parameter, value) in value.as_object().into_iter().flatten() {
                let place = format!("{name} {parameter}");
                if !known.contains(parameter.as_str()) {
                    no_effect(&place, "the control has no such parameter");
                } else if !counts(value) {
                    no_effect(&place, no_number);
                }
            }
        }
    }
}
