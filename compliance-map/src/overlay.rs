//! What the organisation demands beyond the frameworks, and the parameters it declares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Extra demands and declared parameters, wire key `overlay` (also read as `policy_overlay`).
///
/// A declared parameter stands under `parameters`, either for all controls that ask for it or for
/// one control reference; or directly under its name:
///
/// ```
/// use compliance_map::Facts;
///
/// let facts = Facts::from_json(r#"{"overlay": {
///     "phishing_resistant_for_admins": true,
///     "parameters": {"inactivity_days": 60, "nist-800-171-r2:3.5.6": {"inactivity_days": 30}}
/// }}"#)?;
/// assert!(facts.overlay.demands("phishing_resistant_for_admins"));
/// assert_eq!(facts.overlay.parameter("cmmc-2.0-l2:IA.L2-3.5.6", "inactivity_days"), Some(60));
/// assert_eq!(facts.overlay.parameter("nist-800-171-r2:3.5.6", "inactivity_days"), Some(30));
/// # Ok::<(), compliance_map::FactsError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Overlay {
    members: BTreeMap<String, Value>,
}

impl Overlay {
    /// Sets one member, as in the wire form.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.members.insert(name.into(), value.into());
    }

    /// Whether the organisation asks for `demand`: only the JSON value `true` does.
    pub fn demands(&self, demand: &str) -> bool {
        self.members.get(demand) == Some(&Value::Bool(true))
    }

    /// A declared whole number for `control`: the entry of the control before the general one.
    pub fn parameter(&self, control: &str, name: &str) -> Option<u32> {
        self.own_parameter(control, name).or_else(|| {
            let declared = self.members.get("parameters").and_then(|p| p.get(name));
            number(declared.or_else(|| self.members.get(name)))
        })
    }

    /// A declared whole number that stands under the reference of `control` itself.
    pub fn own_parameter(&self, control: &str, name: &str) -> Option<u32> {
        let declared = self.members.get("parameters").and_then(|p| p.get(control));
        number(
            declared
                .or_else(|| self.members.get(control))
                .and_then(|own| own.get(name)),
        )
    }

    /// Whether nothing is asked or declared.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The members as written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.members.extend(other.members);
    }
}

fn number(value: Option<&Value>) -> Option<u32> {
    value?
        .as_u64()
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| *n > 0)
}
