//! Frameworks as data: official ids, what they ask, and what became of old ids.

mod control;
mod data;
mod reference;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use control::{Clause, Control, Decidability};
pub use data::{CatalogueError, Framework};
pub use reference::{ControlRef, ReferenceError};
pub use rule::{DeviceSetting, DirectoryLog, ReviewScope, Rule};

use crate::similar::similar;
use crate::verdict::Status;

/// In the order in which they are assessed; a mirror stands after its model.
const BUILT_IN: [&str; 8] = [
    include_str!("../../frameworks/cis-v8.1.json"),
    include_str!("../../frameworks/nist-csf-2.0.json"),
    include_str!("../../frameworks/nist-800-171-r2.json"),
    include_str!("../../frameworks/cmmc-2.0-l2.json"),
    include_str!("../../frameworks/hipaa-security-rule.json"),
    include_str!("../../frameworks/soc2-tsc-2017.json"),
    include_str!("../../frameworks/pci-dss-4.0.1.json"),
    include_str!("../../frameworks/overlay.json"),
];

/// The frameworks that can be assessed.
///
/// ```
/// use compliance_map::{Catalogue, ReferenceError};
///
/// let catalogue = Catalogue::builtin();
/// assert_eq!(catalogue.resolve("cis-v8.1:6.5")?.reference.control(), "6.5");
///
/// match catalogue.resolve("nist-csf-2.0:PR.AC-7") {
///     Err(ReferenceError::Withdrawn { successors, .. }) => {
///         assert_eq!(successors[0].to_string(), "nist-csf-2.0:PR.AA-03");
///     }
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), ReferenceError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    frameworks: BTreeMap<String, Framework>,
    order: Vec<String>,
    /// The JSON form of each, as it was read.
    sources: BTreeMap<String, Arc<str>>,
    /// Which controls share a theme, or are the same requirement.
    by_subject: BTreeMap<String, BTreeSet<ControlRef>>,
}

impl Catalogue {
    /// The frameworks that come with this crate: CIS Controls 8.1, NIST CSF 2.0, NIST SP 800-171 r2,
    /// CMMC 2.0 level 2, the HIPAA Security Rule, SOC 2 (TSC 2017), PCI DSS 4.0.1, and the overlay
    /// of demands that an organisation sets itself.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the files are part of the crate, and a test reads every one"
    )]
    pub fn builtin() -> Self {
        let mut catalogue = Self::default();
        for json in BUILT_IN {
            catalogue
                .add(json)
                .expect("a built-in framework is well formed");
        }
        catalogue
    }

    /// Adds a framework from its JSON form.
    ///
    /// The form is that of the files in this crate's `frameworks` folder: a clause is `{"rule": …}`
    /// with the parameters of [`Rule`], or `{"open": …}` for what stays with a person. A control may
    /// ask for fresher evidence than others (`max_age_hours`), or say why no rule is asked although
    /// facts bear on it (`no_fact`).
    ///
    /// ```
    /// use compliance_map::Catalogue;
    ///
    /// let mut catalogue = Catalogue::builtin();
    /// catalogue.add(r#"{
    ///     "id": "house", "name": "House rules", "version": "1", "ids": "H1 H2", "controls": [
    ///     {"id": "H1", "title": "Few Global Administrators", "decidability": "direct",
    ///      "evidence": "identity.role_assignments", "max_age_hours": 4,
    ///      "clauses": [{"rule": "global_administrators", "least": 2, "most": 4}]}]}"#)?;
    /// assert!(catalogue.resolve("house:H1").is_ok());
    ///
    /// let misspelt = r#"{"id": "b", "name": "b", "version": "1", "ids": "A", "controls": [{"id": "A",
    ///     "title": "t", "decidability": "direct", "evidence": "", "clauses": [{"rule": "mfa_al"}]}]}"#;
    /// let problem = catalogue.add(misspelt).unwrap_err().to_string();
    /// assert!(problem.contains("expected one of `mfa_all`"), "{problem}");
    /// # Ok::<(), compliance_map::CatalogueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] when the file cannot be read or contradicts itself, or when a framework with
    /// its id is there already: results under a known name would rest on other rules. Nothing is added
    /// then.
    pub fn add(&mut self, json: &str) -> Result<(), CatalogueError> {
        let framework = Framework::read(json, &self.frameworks)?;
        if self.frameworks.contains_key(&framework.id) {
            return Err(CatalogueError::Exists {
                framework: framework.id,
            });
        }
        self.put(framework, json);
        Ok(())
    }

    /// Adds a framework in place of the one with its id, if there is one.
    ///
    /// ```
    /// use compliance_map::{Catalogue, CatalogueError};
    ///
    /// let mut catalogue = Catalogue::builtin();
    /// let own = r#"{"id": "overlay", "name": "Our demands", "version": "2", "ids": ""}"#;
    /// assert!(matches!(catalogue.add(own), Err(CatalogueError::Exists { .. })));
    /// catalogue.replace(own)?;
    /// assert_eq!(catalogue.framework("overlay").map(|f| f.version.as_str()), Some("2"));
    /// # Ok::<(), CatalogueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] when the file cannot be read or contradicts itself; nothing is replaced then.
    pub fn replace(&mut self, json: &str) -> Result<(), CatalogueError> {
        let framework = Framework::read(json, &self.frameworks)?;
        self.put(framework, json);
        Ok(())
    }

    /// The JSON form of a framework, as it was read.
    pub fn source(&self, id: &str) -> Option<&str> {
        self.sources.get(id).map(AsRef::as_ref)
    }

    fn put(&mut self, framework: Framework, json: &str) {
        let id = framework.id.clone();
        if !self.order.contains(&id) {
            self.order.push(id.clone());
        }
        self.sources.insert(id.clone(), json.into());
        self.frameworks.insert(id, framework);
        let mut by_subject: BTreeMap<String, BTreeSet<ControlRef>> = BTreeMap::new();
        for control in self.controls() {
            for subject in self.subjects(control) {
                let sharing = by_subject.entry(subject).or_default();
                sharing.insert(control.reference.clone());
            }
        }
        self.by_subject = by_subject;
    }

    /// The frameworks, in the order in which they are assessed.
    pub fn frameworks(&self) -> impl Iterator<Item = &Framework> {
        self.order.iter().filter_map(|id| self.frameworks.get(id))
    }

    /// Whether only an auditor can settle what settings do not show of a control.
    pub(crate) fn is_audited(&self, control: &Control) -> bool {
        let framework = self.framework(control.reference.framework());
        framework.is_some_and(|framework| framework.audited)
    }

    /// The framework with this id.
    pub fn framework(&self, id: &str) -> Option<&Framework> {
        self.frameworks.get(id)
    }

    /// Every control in scope, framework by framework in official order.
    pub fn controls(&self) -> impl Iterator<Item = &Control> {
        self.frameworks().flat_map(Framework::controls)
    }

    /// The control that a reference names.
    ///
    /// # Errors
    ///
    /// [`ReferenceError`] says why there is none: withdrawn (with successors), a heading (with the
    /// controls below it), out of scope, unknown, or not a reference at all. Nothing is guessed.
    pub fn resolve(&self, reference: &str) -> Result<&Control, ReferenceError> {
        let reference: ControlRef = reference.trim().parse()?;
        let (framework, id) = (reference.framework(), reference.control());
        match self.frameworks.get(framework) {
            Some(framework) => framework.resolve(id),
            None => Err(self.in_former_edition(framework, id)),
        }
    }

    /// There is no framework of this id.
    pub(crate) fn unknown_framework(&self, id: &str) -> ReferenceError {
        let known = self.order.iter().map(String::as_str);
        ReferenceError::UnknownFramework {
            similar: similar(id, known).map(str::to_owned),
            known: self.order.clone(),
        }
    }

    fn in_former_edition(&self, edition: &str, id: &str) -> ReferenceError {
        let edition_of = |f: &Framework| f.former.get(edition).map(|e| (e.clone(), f.clone()));
        let Some((former, framework)) = self.frameworks().find_map(edition_of) else {
            return self.unknown_framework(edition);
        };
        let own = |id: &str| ControlRef::new(&framework.id, id);
        let successors = if let Some(ids) = former.ids.get(id) {
            ids.iter().map(|id| own(id)).collect()
        } else if former.same_ids && framework.official.contains(id) {
            vec![own(id)]
        } else if let Some(withdrawn) = framework.withdrawn.get(id) {
            withdrawn.successors.clone()
        } else {
            return framework.unknown(id);
        };
        ReferenceError::Withdrawn {
            successors,
            note: former.note,
        }
    }

    /// What a control has in common with others: its themes, and what it mirrors or is.
    fn subjects(&self, control: &Control) -> Vec<String> {
        let reference = &control.reference;
        let framework = self.frameworks.get(reference.framework());
        let model = framework
            .and_then(|f| f.mirrors.as_deref())
            .zip(data::mirrored_id(reference.control()));
        let itself = match model {
            Some((framework, id)) => ControlRef::new(framework, id).to_string(),
            None => reference.to_string(),
        };
        control.themes.iter().cloned().chain([itself]).collect()
    }

    /// What a control has in common with controls of other frameworks: a key for each theme, to be asked
    /// about with [`sharing`](Self::sharing).
    pub(crate) fn themes(&self, control: &Control) -> BTreeSet<String> {
        let several = |theme: &String| {
            let sharing = self.sharing(theme);
            let (first, last) = (
                sharing.and_then(|s| s.first()),
                sharing.and_then(|s| s.last()),
            );
            first.map(ControlRef::framework) != last.map(ControlRef::framework)
        };
        self.subjects(control).into_iter().filter(several).collect()
    }

    /// The controls that have a theme in common, by framework.
    pub(crate) fn sharing(&self, theme: &str) -> Option<&BTreeSet<ControlRef>> {
        self.by_subject.get(theme)
    }

    /// Controls of other frameworks that the same evidence bears on, sorted.
    pub fn crosswalk(&self, control: &Control) -> Vec<ControlRef> {
        let subjects = self.subjects(control);
        let shared = subjects
            .iter()
            .filter_map(|subject| self.by_subject.get(subject));
        let others: BTreeSet<&ControlRef> = shared
            .flatten()
            .filter(|other| other.framework() != control.reference.framework())
            .collect();
        others.into_iter().cloned().collect()
    }
}

impl Framework {
    /// The controls in scope, in official order.
    pub fn controls(&self) -> impl Iterator<Item = &Control> {
        self.order.iter().filter_map(|id| self.controls.get(id))
    }

    /// Every official id, headings included, sorted as text.
    pub fn official_ids(&self) -> impl Iterator<Item = &str> {
        self.official.iter().map(String::as_str)
    }

    /// The framework's own word for a status, where it has one that fits.
    pub fn native(&self, status: Status) -> Option<&str> {
        self.native.get(&status).map(String::as_str)
    }

    fn resolve(&self, id: &str) -> Result<&Control, ReferenceError> {
        if let Some(control) = self.controls.get(id) {
            return Ok(control);
        }
        if let Some(withdrawn) = self.withdrawn.get(id) {
            return Err(ReferenceError::Withdrawn {
                successors: withdrawn.successors.clone(),
                note: withdrawn.note.clone(),
            });
        }
        if let Some(equivalents) = self.other_level.get(id) {
            let equivalents = equivalents.clone();
            return Err(ReferenceError::OtherLevel { equivalents });
        }
        let children = self.below(id);
        if !children.is_empty() {
            return Err(ReferenceError::Heading { children });
        }
        if self.official.contains(id) {
            let see = self.see.get(id).cloned().unwrap_or_default();
            return Err(ReferenceError::OutOfScope { see });
        }
        Err(self.unknown(id))
    }

    fn unknown(&self, id: &str) -> ReferenceError {
        // Another number is another control, and no slip of the hand.
        let numbers = |id: &str| id.chars().filter(char::is_ascii_digit).collect::<String>();
        let wanted = numbers(id);
        let known = self.order.iter().map(String::as_str);
        let known = known.filter(|other| numbers(other) == wanted);
        ReferenceError::Unknown {
            similar: similar(id, known).map(|id| ControlRef::new(&self.id, id)),
        }
    }

    /// The controls in scope whose id continues `id` at a separator.
    fn below(&self, id: &str) -> Vec<ControlRef> {
        let heading = ControlRef::new(&self.id, id);
        let all = self.order.iter().map(|id| ControlRef::new(&self.id, id));
        all.filter(|control| control.is_below(&heading)).collect()
    }
}
