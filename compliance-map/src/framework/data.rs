//! The file format of a framework.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::control::{Clause, Control, Decidability};
use super::reference::ControlRef;
use crate::facts::FactKey;
use crate::verdict::Status;

/// Why a framework file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The file is not JSON of the documented form.
    #[error("the framework file cannot be read: {0}")]
    Format(String),
    /// A framework with this id is there already.
    #[error(
        "there is a framework {framework} already: give the file another id, or replace that one on purpose"
    )]
    Exists {
        /// The framework's id.
        framework: String,
    },
    /// The file contradicts itself or names something that does not exist.
    #[error("framework {framework}, {place}: {problem}")]
    Content {
        /// The framework's id.
        framework: String,
        /// Where in it.
        place: String,
        /// What is wrong.
        problem: String,
    },
}

/// A framework: its official ids and the controls in scope.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Framework {
    /// The id that references use, for example `cis-v8.1`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The edition.
    pub version: String,
    pub(super) official: BTreeSet<String>,
    pub(super) controls: BTreeMap<String, Control>,
    /// The ids of `controls` in official order.
    pub(super) order: Vec<String>,
    pub(super) native: BTreeMap<Status, String>,
    pub(super) withdrawn: BTreeMap<String, Withdrawn>,
    pub(super) other_level: BTreeMap<String, Vec<ControlRef>>,
    pub(super) see: BTreeMap<String, Vec<ControlRef>>,
    pub(super) former: BTreeMap<String, FormerEdition>,
    /// The framework of which every control is taken over.
    pub(super) mirrors: Option<String>,
    /// Set when results of this framework rest on a scope that the organisation must declare.
    pub(crate) scope_assumption: Option<String>,
    /// Whether its controls bear on a tenant only when the overlay asks for them.
    pub(crate) on_demand: bool,
    /// Whether an auditor tests every control, so that the organisation's own word settles none.
    pub(crate) audited: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Withdrawn {
    pub(super) successors: Vec<ControlRef>,
    pub(super) note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormerEdition {
    pub(super) note: String,
    /// Whether ids mean the same in the edition of this file.
    #[serde(default)]
    pub(super) same_ids: bool,
    #[serde(default)]
    pub(super) ids: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    name: String,
    version: String,
    /// Official ids, separated by spaces, in official order.
    ids: String,
    #[serde(default)]
    native: BTreeMap<Status, String>,
    #[serde(default)]
    controls: Vec<FileControl>,
    /// A framework of which every control is taken over; its id is the part after the last `L2-`.
    #[serde(default)]
    mirrors: Option<String>,
    #[serde(default)]
    withdrawn: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    withdrawn_note: String,
    /// Remarks on single withdrawn ids.
    #[serde(default)]
    withdrawn_notes: BTreeMap<String, String>,
    /// Whether withdrawn one-digit ids (PR.AC-1) are also met with two digits (PR.AC-01).
    #[serde(default)]
    withdrawn_with_two_digits: bool,
    #[serde(default)]
    other_level: BTreeMap<String, Vec<String>>,
    /// What people usually mean by an official id that is out of scope.
    #[serde(default)]
    see: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    former_editions: BTreeMap<String, FormerEdition>,
    #[serde(default)]
    scope_assumption: Option<String>,
    /// A clause that every control of the framework leaves to a person.
    #[serde(default)]
    always_open: Option<String>,
    #[serde(default)]
    on_demand: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileControl {
    id: String,
    title: String,
    decidability: Decidability,
    evidence: String,
    #[serde(default)]
    themes: String,
    #[serde(default)]
    clauses: Vec<Clause>,
    /// How old evidence may be, where the control asks for fresher evidence than others.
    #[serde(default)]
    max_age_hours: Option<u32>,
    /// Why there is no rule.
    #[serde(default)]
    no_fact: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

impl Framework {
    /// Reads a framework file; `known` holds the frameworks that it may mirror.
    pub(super) fn read(json: &str, known: &BTreeMap<String, Self>) -> Result<Self, CatalogueError> {
        let file: File =
            serde_json::from_str(json).map_err(|e| CatalogueError::Format(e.to_string()))?;
        if file.id.is_empty() || file.id.contains(':') || file.id.contains(char::is_whitespace) {
            return Err(file.wrong("id", "must be one word without a colon"));
        }
        let ids = words(&file.ids);
        let official: BTreeSet<String> = ids.iter().cloned().collect();
        if official.len() != ids.len() {
            return Err(file.wrong("ids", "an id stands there twice"));
        }
        let controls = file.controls(&ids, known)?;
        for (id, control) in &controls {
            check(id, control, &official).map_err(|problem| file.wrong(id, problem))?;
        }
        let withdrawn = file.withdrawn(&official);
        for successor in withdrawn.values().flat_map(|w| &w.successors) {
            if !official.contains(successor.control()) {
                return Err(file.wrong("withdrawn", "a successor is not an official id"));
            }
        }
        Ok(Self {
            order: ids
                .into_iter()
                .filter(|id| controls.contains_key(id))
                .collect(),
            other_level: file.references(&file.other_level),
            see: file.references(&file.see),
            id: file.id,
            name: file.name,
            version: file.version,
            official,
            controls,
            native: file.native,
            withdrawn,
            former: file.former_editions,
            mirrors: file.mirrors,
            scope_assumption: file.scope_assumption,
            on_demand: file.on_demand,
            audited: file.always_open.is_some(),
        })
    }
}

impl File {
    fn wrong(&self, place: &str, problem: &str) -> CatalogueError {
        CatalogueError::Content {
            framework: self.id.clone(),
            place: place.to_owned(),
            problem: problem.to_owned(),
        }
    }

    fn reference(&self, id: &str) -> ControlRef {
        ControlRef::new(&self.id, id)
    }

    fn references(
        &self,
        lists: &BTreeMap<String, Vec<String>>,
    ) -> BTreeMap<String, Vec<ControlRef>> {
        let refer = |ids: &Vec<String>| ids.iter().map(|id| self.reference(id)).collect();
        lists
            .iter()
            .map(|(id, ids)| (id.clone(), refer(ids)))
            .collect()
    }

    fn controls(
        &self,
        ids: &[String],
        known: &BTreeMap<String, Framework>,
    ) -> Result<BTreeMap<String, Control>, CatalogueError> {
        let mut controls = BTreeMap::new();
        for control in &self.controls {
            let always_open = self.always_open.clone().map(|open| Clause::Open { open });
            let read = Control {
                reference: self.reference(&control.id),
                title: control.title.clone(),
                decidability: control.decidability,
                evidence: words(&control.evidence),
                clauses: control.clauses.iter().cloned().chain(always_open).collect(),
                themes: words(&control.themes),
                max_age_hours: control.max_age_hours,
                no_fact: control.no_fact.clone(),
                note: control.note.clone(),
            };
            if controls.insert(control.id.clone(), read).is_some() {
                return Err(self.wrong(&control.id, "stands there twice"));
            }
        }
        if let Some(model) = &self.mirrors {
            let Some(model) = known.get(model) else {
                return Err(self.wrong("mirrors", "names a framework that is not known"));
            };
            for id in ids {
                if let Some(mirrored) =
                    mirrored_id(id).and_then(|model_id| model.controls.get(model_id))
                {
                    let reference = self.reference(id);
                    let control = Control {
                        reference,
                        ..mirrored.clone()
                    };
                    controls.insert(id.clone(), control);
                }
            }
        }
        Ok(controls)
    }

    fn withdrawn(&self, official: &BTreeSet<String>) -> BTreeMap<String, Withdrawn> {
        let mut withdrawn = BTreeMap::new();
        for (id, successors) in self.references(&self.withdrawn) {
            let note = self
                .withdrawn_notes
                .get(&id)
                .unwrap_or(&self.withdrawn_note)
                .clone();
            let entry = Withdrawn { successors, note };
            let two_digits = id
                .rsplit_once('-')
                .filter(|(_, number)| self.withdrawn_with_two_digits && number.len() == 1)
                .map(|(stem, number)| format!("{stem}-0{number}"));
            for id in two_digits.into_iter().chain([id]) {
                if !official.contains(&id) {
                    withdrawn.insert(id, entry.clone());
                }
            }
        }
        withdrawn
    }
}

/// The id that a mirrored control has in its model: `AC.L2-3.1.1` mirrors `3.1.1`.
pub(super) fn mirrored_id(id: &str) -> Option<&str> {
    id.rsplit_once("L2-").map(|(_, number)| number)
}

fn check(id: &str, control: &Control, official: &BTreeSet<String>) -> Result<(), &'static str> {
    if !official.contains(id) {
        return Err("is not among the official ids");
    }
    if control
        .evidence
        .iter()
        .any(|key| FactKey::find(key).is_none())
    {
        return Err("names a fact that does not exist");
    }
    let open = control
        .clauses
        .iter()
        .any(|clause| matches!(clause, Clause::Open { .. }));
    if control.max_age_hours == Some(0) {
        return Err("allows no evidence at all: `max_age_hours` is 0");
    }
    if control.no_fact.is_some() && control.has_rule() {
        return Err("has a rule, so it cannot say that there is no fact for one");
    }
    match control.decidability {
        Decidability::Partial if control.has_rule() && !open => {
            Err("is partial, so it needs a clause that stays open")
        }
        Decidability::EvidenceOnly if control.has_rule() => {
            Err("is evidence only, so it cannot have a rule")
        }
        _ => Ok(()),
    }
}
