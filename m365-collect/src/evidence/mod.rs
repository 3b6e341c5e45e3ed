//! Stored records together with what is known of how they were read.

mod state;

use std::collections::BTreeMap;

use futures::future::join;
use serde::de::DeserializeOwned;

use crate::id::SourceId;
use crate::kind::Kind;
use crate::outcome::{Outcome, PartialReason};
use crate::record::Record;
use crate::store::{RUNS_KEPT, RunEntry, Scan, Store, StoreError};

pub use state::EvidenceState;

/// How many records are read at a time.
pub(crate) const PAGE: usize = 1000;

/// Settings and things: nothing of them goes with a person who is erased. Any other kind is of people.
const OF_NOBODY: [Kind; 32] = [
    Kind::ORGANIZATION,
    Kind::DOMAIN,
    Kind::DOMAIN_DNS_RECORD,
    Kind::ROLE_DEFINITION,
    Kind::ROLE_POLICY,
    Kind::ROLE_POLICY_ASSIGNMENT,
    Kind::AUTHENTICATION_METHODS_POLICY,
    Kind::AUTHENTICATION_STRENGTH,
    Kind::CONDITIONAL_ACCESS_POLICY,
    Kind::NAMED_LOCATION,
    Kind::SECURITY_DEFAULTS,
    Kind::AUTHORIZATION_POLICY,
    Kind::ADMIN_CONSENT_POLICY,
    Kind::CROSS_TENANT_DEFAULT,
    Kind::CROSS_TENANT_PARTNER,
    Kind::GROUP_SETTING,
    Kind::ACTIVITY_TIMEOUT_POLICY,
    Kind::APPLICATION,
    Kind::SERVICE_PRINCIPAL,
    Kind::APP_MANAGEMENT_POLICY,
    Kind::SUBSCRIBED_SKU,
    Kind::COMPANY_SUBSCRIPTION,
    Kind::SHARE_POINT_SETTINGS,
    Kind::SENSITIVITY_LABEL,
    Kind::COMPLIANCE_POLICY,
    Kind::DEVICE_CONFIGURATION,
    Kind::CONFIGURATION_POLICY,
    Kind::CONFIGURATION_SETTING,
    Kind::DEVICE_MANAGEMENT,
    Kind::REPORT_SETTINGS,
    Kind::SECURE_SCORE,
    Kind::SECURE_SCORE_CONTROL,
];

/// Whether a status shows that the device is under its policy. Of a policy that is not for its
/// platform, or not for it at all, a device has a status too:
/// <https://learn.microsoft.com/graph/api/resources/intune-shared-compliancestatus>.
pub(crate) fn is_under_policy(status: Option<&str>) -> bool {
    let is = |word: &str| status.is_some_and(|status| status.eq_ignore_ascii_case(word));
    !is("notApplicable") && !is("notAssigned")
}

/// Reads records with what is known of their sources.
pub(crate) struct Reader<'a> {
    pub(crate) store: &'a dyn Store,
    last_runs: BTreeMap<SourceId, RunEntry>,
}

impl<'a> Reader<'a> {
    pub(crate) async fn new(store: &'a dyn Store) -> Result<Self, StoreError> {
        let runs = store.last_runs().await?.into_iter();
        Ok(Self {
            store,
            last_runs: runs.map(|run| (run.source.clone(), run)).collect(),
        })
    }

    pub(crate) async fn evidence(
        &self,
        source: &'static str,
        kind: &Kind,
    ) -> Result<EvidenceState, StoreError> {
        let source = SourceId::new(source);
        let state = self.store.source_state(&source).await?;
        let has_rows = !self.store.records(kind, None, 1).await?.is_empty();
        let evidence = EvidenceState::of(self.last_runs.get(&source), state, has_rows);
        if let Some(gap) = self.miscounted(&source).await? {
            return Ok(evidence.miscounted(&gap));
        }
        if self.lacks_erased(&source, kind).await? {
            return Ok(evidence
                .lacking("people who were erased from the store may still be in the tenant"));
        }
        Ok(evidence)
    }

    /// Whether people were erased who may still be there: they are part of the tenant and of no
    /// fact, so that nothing is said of everybody. Where the service sends nothing of theirs, and
    /// counts no more people than are stored, whoever was erased is gone there as well; nothing but
    /// people is counted for that. Of a log, what is missing is past.
    async fn lacks_erased(&self, source: &SourceId, kind: &Kind) -> Result<bool, StoreError> {
        const LOGS: [Kind; 3] = [Kind::SIGN_IN, Kind::SIGN_IN_DETAILS, Kind::DIRECTORY_AUDIT];
        if LOGS.contains(kind) || self.store.erased().await? == 0 {
            return Ok(false);
        }
        let last = self.last_runs.get(source);
        if last.is_some_and(|run| run.stats.forgotten > 0) {
            return Ok(true);
        }
        if OF_NOBODY.contains(kind) {
            return Ok(false);
        }
        let stored = self.store.count(&Kind::USER).await?;
        let people = self.last_runs.get(&SourceId::new("users"));
        let counted = people.and_then(|run| run.stats.counted);
        Ok(counted.is_none_or(|counted| counted > stored))
    }

    /// Whether the service counted other than was stored when the source was last read to its
    /// end. A run that failed since changes nothing about that.
    async fn miscounted(&self, source: &SourceId) -> Result<Option<PartialReason>, StoreError> {
        let gap = |outcome: &Outcome| match outcome {
            Outcome::Complete => Some(None),
            Outcome::Partial {
                reason: gap @ PartialReason::Count { .. },
            } => Some(Some(gap.clone())),
            _ => None,
        };
        let Some(last) = self.last_runs.get(source) else {
            return Ok(None);
        };
        if let Some(gap) = gap(&last.outcome) {
            return Ok(gap);
        }
        let runs = self.store.runs(Some(source), None, RUNS_KEPT).await?;
        Ok(runs.iter().find_map(|run| gap(&run.outcome)).flatten())
    }

    /// The records of a kind, in the order of their ids, as far as `to_row` wants them.
    pub(crate) async fn rows<V: DeserializeOwned, T: Send>(
        &self,
        kind: &Kind,
        mut to_row: impl FnMut(String, V) -> Option<T> + Send,
    ) -> Result<Rows<T>, StoreError> {
        let mut rows = Rows::default();
        let mut after: Option<String> = None;
        loop {
            let page = self.store.records(kind, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(rows);
            };
            after = Some(last.id.clone());
            rows.add(page, &mut to_row);
        }
    }

    /// The same in any order, which is quicker where there are many.
    pub(crate) async fn scan<V: DeserializeOwned, T: Send>(
        &self,
        kind: &Kind,
        mut to_row: impl FnMut(String, V) -> Option<T> + Send,
    ) -> Result<Rows<T>, StoreError> {
        let mut rows = Rows::default();
        let mut scan = Scan::new(kind.clone());
        let mut page = self.store.scan(&mut scan, PAGE).await?;
        while !page.is_empty() {
            // Where the store works in a thread of its own, the next page is on its way meanwhile.
            let next = self.store.scan(&mut scan, PAGE);
            let add = async { rows.add(page, &mut to_row) };
            let (next, ()) = join(next, add).await;
            page = next?;
        }
        Ok(rows)
    }
}

/// Rows, and how many records could not be understood.
pub(crate) struct Rows<T> {
    pub(crate) items: Vec<T>,
    pub(crate) unreadable: u64,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            unreadable: 0,
        }
    }
}

impl<T> Rows<T> {
    fn add<V: DeserializeOwned>(
        &mut self,
        page: Vec<Record>,
        mut to_row: impl FnMut(String, V) -> Option<T>,
    ) {
        for record in page {
            match record.view::<V>() {
                Ok(view) => self.items.extend(to_row(record.id, view)),
                Err(_) => self.unreadable += 1,
            }
        }
    }

    /// The rows with their evidence: records that could not be understood are missing from them.
    pub(crate) fn with(self, evidence: EvidenceState) -> (Vec<T>, EvidenceState) {
        let evidence = match evidence {
            EvidenceState::Ok { as_of, .. } if self.unreadable > 0 => EvidenceState::Truncated {
                as_of,
                note: format!("{} records could not be understood", self.unreadable),
            },
            evidence => evidence,
        };
        (self.items, evidence)
    }
}
