//! One control: what it asks and which rules can answer.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::reference::ControlRef;
use super::rule::Rule;

/// How much of a control Microsoft 365 evidence can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Decidability {
    /// Facts decide the Microsoft 365 part.
    Direct,
    /// Facts decide some clauses; the others stay with a person.
    Partial,
    /// A process or document: facts are attached, a person decides.
    EvidenceOnly,
}

/// One clause of a control.
///
/// In a framework file it is `{"rule": …}` with the parameters of the rule, or `{"open": …}`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clause {
    /// A clause that a rule decides.
    Rule {
        /// The rule with its parameters.
        rule: Rule,
        /// What of the control is in place in every tenant, so that a failure is never total.
        already: Option<String>,
    },
    /// A clause that stays with a person.
    Open {
        /// What the person has to look at.
        open: String,
    },
}

impl<'de> Deserialize<'de> for Clause {
    /// Read member by member, so that a misspelt rule is answered with the rules there are, and a
    /// parameter that no rule has is not dropped in silence.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let mut text = |name: &str| match members.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(D::Error::custom(format!("`{name}` of a clause is a text"))),
        };
        if let Some(open) = text("open")? {
            return match members.keys().next() {
                None => Ok(Self::Open { open }),
                Some(name) => Err(D::Error::custom(format!(
                    "a clause with `open` stays with a person and has no `{name}`"
                ))),
            };
        }
        let already = text("already")?;
        if !members.contains_key("rule") {
            return Err(D::Error::custom("a clause needs `rule` or `open`"));
        }
        let given = members.clone();
        let rule: Rule =
            serde_json::from_value(Value::Object(members)).map_err(D::Error::custom)?;
        let known = serde_json::to_value(rule).map_err(D::Error::custom)?;
        match given.keys().find(|name| known.get(name.as_str()).is_none()) {
            None => Ok(Self::Rule { rule, already }),
            Some(name) => Err(D::Error::custom(format!(
                "the rule {} has no parameter `{name}`",
                known.get("rule").unwrap_or(&Value::Null)
            ))),
        }
    }
}

/// A control in scope of Microsoft 365 evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Control {
    /// Its reference.
    pub reference: ControlRef,
    /// What it is about, in our words or in public-domain wording.
    pub title: String,
    /// How much of it evidence can decide.
    pub decidability: Decidability,
    /// The facts that bear on it, by wire key.
    pub evidence: Vec<String>,
    /// What it asks.
    pub clauses: Vec<Clause>,
    /// The subjects it shares with controls of other frameworks.
    pub themes: Vec<String>,
    /// How many hours evidence for it may be old, where that is stricter than the limit of the fact.
    pub max_age_hours: Option<u32>,
    /// Why no rule is asked although facts bear on it: they do not hold what it is about.
    pub no_fact: Option<String>,
    /// A remark that every result carries.
    pub note: Option<String>,
}

impl Control {
    /// Whether a rule of this version decides a clause of it.
    pub fn has_rule(&self) -> bool {
        self.clauses
            .iter()
            .any(|clause| matches!(clause, Clause::Rule { .. }))
    }
}
