//! Who holds directory roles, and until when.

use std::collections::{BTreeMap, BTreeSet};

use compliance_map::facts::RoleAssignmentFact;
use compliance_map::{Fact, Timestamp};
use serde::Deserialize;

use super::fact::of_items;
use super::names::{Names, named};
use super::organization::licenses;
use super::part::{Part, is_read, rows};
use super::unmodelled::Members;
use super::value::instant;
use crate::evidence::{EvidenceState, Reader};
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/unifiedroledefinition>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleDefinition {
    display_name: Option<String>,
    template_id: Option<String>,
    is_built_in: Option<bool>,
}

/// <https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleAssignment {
    principal_id: Option<String>,
    role_definition_id: Option<String>,
    directory_scope_id: Option<String>,
    end_date_time: Option<String>,
}

/// What tells one assignment from another: who, which role, where.
type Held = (String, String, String);

impl RoleAssignment {
    fn held(&self) -> Held {
        (
            self.principal_id.clone().unwrap_or_default(),
            self.role_definition_id.clone().unwrap_or_default(),
            self.directory_scope_id
                .clone()
                .unwrap_or_else(|| "/".to_owned()),
        )
    }

    fn into_row(
        self,
        kind: &str,
        names: &RoleNames,
        ends: &BTreeMap<Held, Option<Timestamp>>,
    ) -> RoleAssignmentFact {
        let end = ends.get(&self.held()).copied().flatten();
        let id = self.role_definition_id.unwrap_or_default();
        let (role, extra) = names.of(id);
        RoleAssignmentFact {
            principal: self.principal_id.unwrap_or_default(),
            role,
            kind: Some(kind.to_owned()),
            scope: self.directory_scope_id,
            ends: instant(self.end_date_time).or(end),
            extra,
            ..RoleAssignmentFact::default()
        }
    }
}

/// Active and eligible assignments. A tenant without Privileged Identity Management has no
/// eligible ones; one whose eligible ones could not be read has some that nobody saw.
pub(super) async fn assignments(
    reader: &Reader<'_>,
) -> Result<Fact<RoleAssignmentFact>, StoreError> {
    let names = role_names(reader).await?;
    let active = reader
        .evidence("role_assignments", &Kind::ROLE_ASSIGNMENT)
        .await?;
    let eligible = reader
        .evidence("role_eligibilities", &Kind::ROLE_ELIGIBILITY)
        .await?;
    let schedules = Part::of(
        reader,
        "role_assignment_schedules",
        &Kind::ROLE_ASSIGNMENT_INSTANCE,
        &active,
    )
    .await?;
    let ends = ends(reader, &schedules).await?;
    let (mut held, active) = rows(
        reader,
        active,
        &Kind::ROLE_ASSIGNMENT,
        |_, held: RoleAssignment| Some(held.into_row("active", &names, &ends)),
    )
    .await?;
    let mut may_end = true;
    let evidence = match eligible {
        // Believed only where the licenses say the same: licensed tenants get this answer at times.
        EvidenceState::Unlicensed { .. } if !may_have_eligible(reader).await? => {
            // Then nothing ends by itself either.
            may_end = false;
            active
        }
        eligible => {
            let none = BTreeMap::new();
            let (more, eligible) = rows(
                reader,
                eligible,
                &Kind::ROLE_ELIGIBILITY,
                |_, held: RoleAssignment| Some(held.into_row("eligible", &names, &none)),
            )
            .await?;
            held.extend(more);
            if is_read(&active) {
                active.and(eligible)
            } else {
                active
            }
        }
    };
    let mut assignments = of_items(held, evidence);
    name_principals(reader, &mut assignments).await?;
    if may_end && !schedules.is_whole() {
        // Without an end an assignment counts as one for good; this says that nobody looked.
        let active = |row: &&mut RoleAssignmentFact| row.kind.as_deref() == Some("active");
        for row in assignments.items.iter_mut().filter(active) {
            row.extra.insert("ends_read".to_owned(), false.into());
        }
        schedules.remark(&mut assignments, "ends of active assignments");
    }
    Ok(assignments)
}

/// When active assignments end. Of two of the same role, the one that lasts longer counts. A list
/// that is not whole could lack just that one, so it tells nothing.
async fn ends(
    reader: &Reader<'_>,
    schedules: &Part,
) -> Result<BTreeMap<Held, Option<Timestamp>>, StoreError> {
    let mut ends: BTreeMap<Held, Option<Timestamp>> = BTreeMap::new();
    if !schedules.is_whole() {
        return Ok(ends);
    }
    let read = reader
        .rows(
            &Kind::ROLE_ASSIGNMENT_INSTANCE,
            |_, instance: RoleAssignment| {
                let held = instance.held();
                let end = instant(instance.end_date_time);
                ends.entry(held)
                    .and_modify(|last| *last = last.zip(end).map(|(a, b)| a.max(b)))
                    .or_insert(end);
                None::<()>
            },
        )
        .await?;
    if read.unreadable > 0 {
        ends.clear();
    }
    Ok(ends)
}

/// Says of each holder whether it is a person, a group or an application, and how it is called, where
/// it is one that was read.
async fn name_principals(
    reader: &Reader<'_>,
    assignments: &mut Fact<RoleAssignmentFact>,
) -> Result<(), StoreError> {
    let mut kinds = Vec::new();
    for (source, kind) in [
        ("users", Kind::USER),
        ("groups", Kind::GROUP),
        ("service_principals", Kind::SERVICE_PRINCIPAL),
    ] {
        if is_read(&reader.evidence(source, &kind).await?) {
            kinds.push(kind);
        }
    }
    let holders: BTreeSet<String> = assignments
        .items
        .iter()
        .map(|row| row.principal.clone())
        .collect();
    let mut known: BTreeMap<String, (String, Names)> = BTreeMap::new();
    for holder in holders {
        for kind in &kinds {
            if let Some(record) = reader.store.record(kind, &holder).await? {
                let names = record.view().unwrap_or_default();
                known.insert(holder, (kind.as_str().to_owned(), names));
                break;
            }
        }
    }
    for row in &mut assignments.items {
        if let Some((kind, names)) = known.get(&row.principal) {
            row.principal_type = Some(kind.clone());
            names.clone().lay_over(&mut row.extra);
        }
    }
    Ok(())
}

/// Whether the tenant has, had or may have what it takes to make people eligible for roles.
async fn may_have_eligible(reader: &Reader<'_>) -> Result<bool, StoreError> {
    if reader.store.count(&Kind::ROLE_ELIGIBILITY).await? > 0 {
        return Ok(true);
    }
    let licenses = licenses(reader).await?;
    let has_plan = licenses.items.iter().any(|license| {
        let mut plans = license.service_plans.iter().flatten();
        plans.any(|plan| plan.eq_ignore_ascii_case("AAD_PREMIUM_P2"))
    });
    // Of a list that is not whole, the product that has it may be missing.
    let all_told = licenses.items.iter().all(|row| row.service_plans.is_some());
    Ok(has_plan || !licenses.complete || !all_told)
}

/// Display names by id and by template id.
pub(super) struct RoleNames {
    built_in: BTreeMap<String, String>,
    custom: BTreeMap<String, String>,
}

impl RoleNames {
    /// What a role is called in a row, and what is told beside. A custom role keeps its id, so that
    /// no name of a customer's choosing passes for a role of Microsoft's.
    pub(super) fn of(&self, id: String) -> (String, Members) {
        let custom = self.custom.get(&id).cloned();
        let beside = named([("role_name", custom)]).collect();
        (self.built_in.get(&id).cloned().unwrap_or(id), beside)
    }
}

pub(super) async fn role_names(reader: &Reader<'_>) -> Result<RoleNames, StoreError> {
    let definitions = reader
        .rows(&Kind::ROLE_DEFINITION, |id, role: RoleDefinition| {
            Some((id, role))
        })
        .await?;
    let mut names = RoleNames {
        built_in: BTreeMap::new(),
        custom: BTreeMap::new(),
    };
    for (id, role) in definitions.items {
        let Some(name) = role.display_name else {
            continue;
        };
        if role.is_built_in != Some(true) {
            names.custom.insert(id, name);
            continue;
        }
        if let Some(template) = role.template_id {
            names.built_in.insert(template, name.clone());
        }
        names.built_in.insert(id, name);
    }
    Ok(names)
}
