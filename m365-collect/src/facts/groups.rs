//! Groups with their members and owners.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::GroupFact;
use serde::Deserialize;
use serde_json::Value;

use super::fact::fact;
use super::part::join;
use crate::evidence::{EvidenceState, Reader};
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/group>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupView {
    display_name: Option<String>,
    group_types: Option<Vec<String>>,
    mail_enabled: Option<bool>,
    security_enabled: Option<bool>,
    is_assignable_to_role: Option<bool>,
    resource_provisioning_options: Option<Vec<String>>,
    visibility: Option<String>,
}

impl GroupView {
    /// The kinds that <https://learn.microsoft.com/graph/api/resources/groups-overview> tells
    /// apart.
    fn kind(&self) -> Option<&'static str> {
        if has(self.group_types.as_deref(), "Unified") == Some(true) {
            return Some("microsoft365");
        }
        match (self.mail_enabled?, self.security_enabled?) {
            (true, true) => Some("mail_enabled_security"),
            (false, true) => Some("security"),
            (true, false) => Some("distribution"),
            (false, false) => None,
        }
    }

    /// Whether its members are shown to none but its members and those who may see all:
    /// <https://learn.microsoft.com/graph/api/resources/group>.
    fn hides_members(&self) -> bool {
        let visibility = self.visibility.as_deref();
        visibility.is_some_and(|it| it.eq_ignore_ascii_case("HiddenMembership"))
    }

    /// Whether a rule decides who is in it, and whether it is a team.
    fn more(&self) -> BTreeMap<String, Value> {
        let dynamic = has(self.group_types.as_deref(), "DynamicMembership");
        let team = has(self.resource_provisioning_options.as_deref(), "Team");
        [("dynamic", dynamic), ("team", team)]
            .into_iter()
            .filter_map(|(name, is)| Some((name.to_owned(), is?.into())))
            .collect()
    }
}

/// Whether a list holds a word; `None` where the list was not read.
fn has(list: Option<&[String]>, word: &str) -> Option<bool> {
    list.map(|list| list.iter().any(|found| found.eq_ignore_ascii_case(word)))
}

/// With the members that are to stand in their group.
pub(super) async fn groups(
    reader: &Reader<'_>,
    mut keep: impl FnMut(&str, &str) -> bool + Send,
) -> Result<Fact<GroupFact>, StoreError> {
    // Where everything was read, what is hidden from others was seen.
    let evidence = reader.evidence("groups", &Kind::GROUP).await?;
    let sees_all = matches!(evidence, EvidenceState::Ok { note: None, .. });
    let mut groups = fact(reader, "groups", &Kind::GROUP, |id, group: GroupView| {
        GroupFact {
            id,
            kind: group.kind().map(str::to_owned),
            owners: Some(Vec::new()),
            members_withheld: !sees_all && group.hides_members(),
            // What is absent was never set, and that means no.
            role_assignable: Some(group.is_assignable_to_role.unwrap_or(false)),
            extra: group.more(),
            name: group.display_name,
            ..GroupFact::default()
        }
    })
    .await?;
    join(
        reader,
        &Relation::MEMBER,
        &mut groups.items,
        |group| &group.id,
        |group, member| {
            if keep(&group.id, &member) {
                group.members.push(member);
            }
        },
    )
    .await?;
    join(
        reader,
        &Relation::OWNER,
        &mut groups.items,
        |group| &group.id,
        |group, owner| group.owners.get_or_insert_default().push(owner),
    )
    .await?;
    Ok(groups)
}
