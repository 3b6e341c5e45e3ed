//! One control: what it asks and which rules can answer.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::reference::ControlRef;

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

/// A question that facts can answer, asked by several controls with parameters of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Everybody is bound to use MFA and ready to.
    MfaAll,
    /// Every administrator is, when using the role.
    MfaAdministrators,
    /// Every administrator is bound to a method that cannot be phished, and has one.
    PhishingResistantAdministrators,
    /// No enabled account is unused for longer than the period.
    DormantAccounts {
        /// The period in days; without one the organisation must declare it.
        #[serde(default)]
        inactivity_days: Option<u32>,
    },
    /// No two enabled accounts share a sign-in name.
    UniqueIdentity,
    /// Every mail domain publishes SPF that rejects strangers.
    SpfPublished,
    /// Mail of every domain is signed with DKIM.
    DkimSigning,
    /// Every mail domain publishes DMARC that quarantines or rejects.
    DmarcEnforced,
    /// Every malware filter policy blocks dangerous file types.
    MailFileTypes,
    /// Malware found after delivery is removed.
    MailMalwareRemoved,
    /// No allow list lets mail through unseen.
    NoAllowedSenders,
    /// Every anti-phishing policy detects forged senders.
    ForgedSenders,
    /// A Safe Links policy covers mail, Teams and Office for everybody.
    SafeLinks,
    /// A Safe Attachments policy holds back unknown attachments for everybody.
    SafeAttachments,
    /// Nothing forwards mail to recipients outside by itself.
    NoForwarding,
    /// SMTP AUTH is off for the organisation and every mailbox.
    SmtpAuthOff,
    /// Every mailbox is audited, and nobody escapes it.
    MailboxAudit,
    /// Every mail connector demands TLS.
    MailTransport,
    /// Accounts lock after failed attempts.
    Lockout {
        /// The most attempts before a lockout; without it, any number will do.
        #[serde(default)]
        attempts: Option<u32>,
        /// The shortest lockout in minutes; without it, any will do.
        #[serde(default)]
        lockout_minutes: Option<u32>,
    },
    /// Passwords have a shortest length.
    PasswordLength {
        /// In characters.
        characters: u32,
    },
    /// Recent passwords cannot be used again.
    PasswordHistory {
        /// How many.
        passwords: u32,
    },
    /// Users can neither register applications nor consent to them freely.
    AppConsent,
    /// Idle sessions end for everybody.
    IdleSessions {
        /// After how many minutes; without it the organisation must declare it.
        #[serde(default)]
        idle_minutes: Option<u32>,
    },
    /// The storage of every managed device is encrypted.
    DeviceEncryption,
    /// Every managed device is compliant.
    DeviceCompliance,
    /// Every managed device scans for malware with current signatures.
    DeviceProtection,
    /// Every managed device has its updates.
    DeviceUpdates,
    /// The unified audit log takes in events.
    UnifiedAudit,
    /// Audit records are kept.
    LogRetention {
        /// For how many days.
        days: u32,
    },
    /// Logs are copied to a central place.
    LogExport,
    /// Sharing is limited to people who sign in.
    Sharing,
    /// A policy against loss of data is enforced.
    Dlp,
    /// Sensitivity labels are offered to people.
    Labels,
    /// A retention policy is in force.
    DataRetention,
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
