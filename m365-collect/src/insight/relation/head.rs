//! How far a relation graph can be relied upon, source by source.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::evidence::{EvidenceState, Reader};
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::{Store, StoreError, StoredTenant};
use crate::timestamp;

/// The form of the export; it grows when readers have to change.
const FORM: u32 = 1;

/// What goes before a relation graph: whose it is, of when, and how each source was read.
///
/// A graph is made of what is stored. Where a source was refused, nothing of it in the graph does
/// not mean that there is nothing; [`Head::evidence`] says which sources those are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Head {
    /// Whose graph it is; `None` where nobody said so yet.
    pub tenant: Option<StoredTenant>,
    /// The graph is at least as new as this, as far as its sources were read; `None` where none
    /// was.
    pub as_of: Option<SystemTime>,
    /// How far what each source yields can be relied upon.
    pub evidence: BTreeMap<SourceId, EvidenceState>,
}

/// What a source yields.
enum Yields {
    Objects(Kind),
    Relations(Relation),
}

/// The sources that the graph is made of.
fn sources() -> Vec<(&'static str, Yields)> {
    use Yields::{Objects, Relations};
    vec![
        ("organization", Objects(Kind::ORGANIZATION)),
        ("device_management", Objects(Kind::DEVICE_MANAGEMENT)),
        ("domains", Objects(Kind::DOMAIN)),
        ("users", Objects(Kind::USER)),
        ("user_managers", Relations(Relation::MANAGER)),
        ("groups", Objects(Kind::GROUP)),
        ("administrative_units", Objects(Kind::ADMINISTRATIVE_UNIT)),
        (
            "administrative_unit_members",
            Relations(Relation::UNIT_MEMBER),
        ),
        ("devices", Objects(Kind::DEVICE)),
        ("org_contacts", Objects(Kind::ORG_CONTACT)),
        ("role_definitions", Objects(Kind::ROLE_DEFINITION)),
        ("role_assignments", Objects(Kind::ROLE_ASSIGNMENT)),
        ("role_eligibilities", Objects(Kind::ROLE_ELIGIBILITY)),
        (
            "role_assignment_schedules",
            Objects(Kind::ROLE_ASSIGNMENT_INSTANCE),
        ),
        ("access_reviews", Objects(Kind::ACCESS_REVIEW)),
        (
            "access_review_instances",
            Objects(Kind::ACCESS_REVIEW_INSTANCE),
        ),
        (
            "conditional_access_policies",
            Objects(Kind::CONDITIONAL_ACCESS_POLICY),
        ),
        ("applications", Objects(Kind::APPLICATION)),
        ("service_principals", Objects(Kind::SERVICE_PRINCIPAL)),
        ("oauth2_permission_grants", Objects(Kind::PERMISSION_GRANT)),
        ("app_role_assignments", Objects(Kind::APP_ROLE_ASSIGNMENT)),
        ("subscribed_skus", Objects(Kind::SUBSCRIBED_SKU)),
        ("company_subscriptions", Objects(Kind::COMPANY_SUBSCRIPTION)),
        ("license_assignments", Objects(Kind::LICENSE_ASSIGNMENT)),
        ("teams", Objects(Kind::TEAM)),
        ("channels", Objects(Kind::CHANNEL)),
        ("team_members", Objects(Kind::TEAM_MEMBER)),
        ("managed_devices", Objects(Kind::MANAGED_DEVICE)),
        (
            "device_compliance_policies",
            Objects(Kind::COMPLIANCE_POLICY),
        ),
        ("device_compliance_states", Objects(Kind::COMPLIANCE_STATUS)),
        ("device_configurations", Objects(Kind::DEVICE_CONFIGURATION)),
        (
            "device_configuration_states",
            Objects(Kind::CONFIGURATION_STATUS),
        ),
        (
            "configuration_policies",
            Objects(Kind::CONFIGURATION_POLICY),
        ),
        ("mobile_apps", Objects(Kind::MOBILE_APP)),
        ("detected_apps", Objects(Kind::DETECTED_APP)),
        ("detected_app_devices", Relations(Relation::DETECTED_ON)),
    ]
}

impl Head {
    /// How the sources of a store stand.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let reader = Reader::new(store).await?;
        let runs = store.last_runs().await?;
        let mut evidence = BTreeMap::new();
        for (source, yields) in sources() {
            let id = SourceId::new(source);
            let stands = match yields {
                Yields::Objects(kind) => reader.evidence(source, &kind).await?,
                Yields::Relations(relation) => {
                    let has_rows = !store.edges(&relation, None, 1).await?.is_empty();
                    let run = runs.iter().find(|run| run.source == id);
                    EvidenceState::of(run, store.source_state(&id).await?, has_rows)
                }
            };
            evidence.insert(id, stands);
        }
        let read = evidence.values().filter_map(|evidence| match evidence {
            EvidenceState::Ok { as_of, .. } => Some(*as_of),
            _ => None,
        });
        Ok(Self {
            tenant: store.tenant().await?,
            as_of: read.min(),
            evidence,
        })
    }

    /// Whether every source that the graph is made of was read whole, and nothing went wrong
    /// since.
    pub fn is_complete(&self) -> bool {
        self.shortcomings().next().is_none()
    }

    /// The sources of which something is or may be missing, each with what it is.
    pub fn shortcomings(&self) -> impl Iterator<Item = (&SourceId, String)> {
        self.evidence
            .iter()
            .filter_map(|(id, evidence)| Some((id, evidence.shortcoming()?)))
    }
}

impl Serialize for Head {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("relations", &FORM)?;
        map.serialize_entry("tenant", &self.tenant)?;
        map.serialize_entry("as_of", &self.as_of.map(timestamp::format))?;
        map.serialize_entry("evidence", &self.evidence)?;
        map.end()
    }
}
