//! Which controls are assessed.

use std::collections::BTreeSet;

use super::error::AssessError;
use crate::facts::Facts;
use crate::framework::{Catalogue, Control, ControlRef, ReferenceError};
use crate::options::Options;

/// The controls asked for, in the catalogue's order; all of them if none is named.
pub(super) fn selected<'c>(
    facts: &Facts,
    catalogue: &'c Catalogue,
    options: &Options,
) -> Result<Vec<&'c Control>, AssessError> {
    if options.controls.is_empty() && options.frameworks.is_empty() {
        let demanded = |c: &&Control| is_demanded(facts, catalogue, c);
        return Ok(catalogue.controls().filter(demanded).collect());
    }
    let mut wanted: BTreeSet<&ControlRef> = BTreeSet::new();
    for id in &options.frameworks {
        let framework = catalogue
            .framework(id)
            .ok_or_else(|| AssessError::Reference {
                reference: id.clone(),
                source: catalogue.unknown_framework(id),
            })?;
        wanted.extend(framework.controls().map(|control| &control.reference));
    }
    for reference in &options.controls {
        let refused = |source| AssessError::Reference {
            reference: reference.clone(),
            source,
        };
        match catalogue.resolve(reference) {
            Ok(control) => drop(wanted.insert(&control.reference)),
            // A heading stands for the controls below it.
            Err(ReferenceError::Heading { children }) => {
                let controls = catalogue.controls().map(|control| &control.reference);
                wanted.extend(controls.filter(|reference| children.contains(reference)));
            }
            Err(source) => return Err(refused(source)),
        }
    }
    Ok(catalogue
        .controls()
        .filter(|c| wanted.contains(&c.reference))
        .collect())
}

pub(super) fn is_demanded(facts: &Facts, catalogue: &Catalogue, control: &Control) -> bool {
    let framework = catalogue.framework(control.reference.framework());
    !framework.is_some_and(|f| f.on_demand) || facts.overlay.demands(control.reference.control())
}
