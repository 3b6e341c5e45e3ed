//! The questions that facts can answer, one file per family.
//!
//! A rule looks at the facts alone. It knows no framework, no exception and no status: those are
//! applied to its [`Finding`] afterwards.

mod dormant;
mod estate;
mod mail;
mod mfa;
mod setting;
mod unique;

pub(crate) use setting::TENANT;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use dormant::INACTIVITY_DAYS;

/// The idle time that a framework may leave to the organisation.
pub(crate) const IDLE_MINUTES: &str = "idle_minutes";

use crate::assess::{Action, Excluded, Missing};
use crate::coverage::Coverage;
use crate::evidence::{Evidence, Grade};
use crate::framework::Rule;
use crate::group::Groups;
use crate::population::{Person, Population, USERS};

/// What a rule found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Finding {
    /// The question, in words.
    pub(crate) question: String,
    /// How many people pass.
    pub(crate) passing: usize,
    /// Who fails, by object id, and why.
    pub(crate) failing: BTreeMap<String, String>,
    pub(crate) conditional: BTreeMap<String, String>,
    pub(crate) unknown: BTreeMap<String, String>,
    pub(crate) excluded: BTreeSet<Excluded>,
    /// Whether something of what is asked is proven to be in place.
    pub(crate) in_place: bool,
    /// Whether the evidence is whole, so that success may be concluded.
    pub(crate) whole: bool,
    /// Why nobody can be counted.
    pub(crate) nobody: Option<&'static str>,
    pub(crate) missing: BTreeSet<Missing>,
    pub(crate) evidence: BTreeSet<&'static str>,
    /// What would help those who fail.
    pub(crate) advice: &'static str,
    /// What that advice is about, where it is the same for everybody who fails.
    pub(crate) target: Option<Target>,
    /// Steps that help some of those who fail, and whom.
    pub(crate) steps: BTreeMap<Action, BTreeSet<String>>,
}

/// What has to be changed for those who fail to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The accounts that fail.
    Accounts,
    /// The policies that fail, or a policy that there is not yet, in this fact.
    Policies(&'static str),
    /// The devices, domains, mailboxes or applications that fail, or the tenant, in this fact.
    Objects(&'static str),
}

impl Finding {
    /// Everybody who counts, exceptions not yet taken out.
    pub(crate) fn population(&self) -> usize {
        self.passing + self.failing.len() + self.conditional.len() + self.unknown.len()
    }
}

/// What all rules look at, prepared once per assessment.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) evidence: Evidence<'a>,
    pub(crate) population: Population<'a>,
    pub(crate) coverage: Coverage<'a>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(evidence: Evidence<'a>) -> Self {
        let groups = Groups::new(evidence);
        let population = Population::new(evidence, &groups);
        let coverage = Coverage::new(evidence, &groups, &population);
        Self {
            evidence,
            population,
            coverage,
        }
    }

    pub(crate) fn find(&self, rule: Rule) -> Finding {
        match rule {
            Rule::MfaAll => mfa::all(self),
            Rule::MfaAdministrators => mfa::administrators(self),
            Rule::PhishingResistantAdministrators => mfa::phishing_resistant_administrators(self),
            Rule::DormantAccounts { inactivity_days } => dormant::find(self, inactivity_days),
            Rule::UniqueIdentity => unique::find(self),
            Rule::SpfPublished => mail::sender_authentication(self, mail::DnsRecord::Spf),
            Rule::DkimSigning => mail::sender_authentication(self, mail::DnsRecord::Dkim),
            Rule::DmarcEnforced => mail::sender_authentication(self, mail::DnsRecord::Dmarc),
            Rule::MailFileTypes => mail::file_types(self),
            Rule::MailMalwareRemoved => mail::malware_removed_later(self),
            Rule::NoAllowedSenders => mail::no_allowed_senders(self),
            Rule::ForgedSenders => mail::forged_senders(self),
            Rule::SafeLinks => mail::safe_links(self),
            Rule::SafeAttachments => mail::safe_attachments(self),
            Rule::NoForwarding => mail::no_forwarding(self),
            Rule::SmtpAuthOff => mail::smtp_auth(self),
            Rule::MailboxAudit => mail::mailbox_audit(self),
            Rule::MailTransport => mail::transport(self),
            Rule::Lockout {
                attempts,
                lockout_minutes,
            } => estate::lockout(self, attempts, lockout_minutes),
            Rule::PasswordLength { characters } => estate::password_length(self, characters),
            Rule::PasswordHistory { passwords } => estate::password_history(self, passwords),
            Rule::AppConsent => estate::consent(self),
            Rule::IdleSessions { idle_minutes } => estate::idle_sessions(self, idle_minutes),
            Rule::DeviceEncryption => estate::device_encryption(self),
            Rule::DeviceCompliance => estate::device_compliance(self),
            Rule::DeviceProtection => estate::device_protection(self),
            Rule::DeviceUpdates => estate::device_updates(self),
            Rule::UnifiedAudit => estate::unified_audit(self),
            Rule::LogRetention { days } => estate::log_retention(self, days),
            Rule::LogExport => estate::log_export(self),
            Rule::Sharing => estate::sharing(self),
            Rule::Dlp => estate::dlp(self),
            Rule::Labels => estate::labels(self),
            Rule::DataRetention => estate::retention(self),
        }
    }

    /// A finding about all enabled accounts, with the disabled ones listed and the state of the
    /// account list taken in; the rule adds the people.
    fn about_accounts(&self, question: impl Into<String>) -> Finding {
        let disabled = self.population.disabled().map(|person| Excluded {
            id: person.id.to_owned(),
            reason: "disabled".to_owned(),
        });
        let mut finding = Finding {
            question: question.into(),
            excluded: disabled.collect(),
            whole: true,
            ..Finding::default()
        };
        self.need(USERS, &mut finding);
        if self.population.users != Grade::Absent
            && self.population.able_to_sign_in().next().is_none()
        {
            finding.nobody =
                Some("the account list holds no enabled account, which no working tenant has");
        }
        finding
    }

    /// Notes that a finding rests on a fact, and what is missing of it.
    fn need(&self, key: &'static str, finding: &mut Finding) {
        finding.evidence.insert(key);
        if !self.evidence.is_whole(key) {
            finding.whole = false;
            finding.missing.insert(self.evidence.missing(key));
        }
    }
}

const ENABLED_NOT_READ: &str = "whether the account is enabled was not read";

/// Whether it was not read if the account is enabled; then nothing about it is a proven failure.
fn may_be_disabled(person: &Person<'_>) -> bool {
    person.fact.enabled.is_none()
}
