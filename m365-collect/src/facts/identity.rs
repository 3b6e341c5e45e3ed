//! Accounts, groups, roles and sign-ins.

#![expect(
    clippy::struct_field_names,
    reason = "fields carry the names of Graph's properties"
)]

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{GroupFact, RoleAssignmentFact, SignInFact, UserFact};
use serde::Deserialize;

use super::organization::licenses;
use super::{fact, instant, to_fact};
use crate::evidence::{PAGE, Reader, Standing};
use crate::kind::Kind;
use crate::record::{Edge, Relation};
use crate::store::StoreError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_principal_name: Option<String>,
    display_name: Option<String>,
    account_enabled: Option<bool>,
    user_type: Option<String>,
    created_date_time: Option<String>,
    on_premises_sync_enabled: Option<bool>,
    department: Option<String>,
    job_title: Option<String>,
    employee_id: Option<String>,
}

pub(super) async fn users(reader: &Reader<'_>) -> Result<Fact<UserFact>, StoreError> {
    fact(reader, "users", &Kind::USER, |id, user: User| UserFact {
        id,
        upn: user.user_principal_name,
        enabled: user.account_enabled,
        kind: user.user_type,
        created: instant(user.created_date_time),
        display_name: user.display_name,
        // Null where it was never synced: <https://learn.microsoft.com/graph/api/resources/user>.
        on_premises_synced: Some(user.on_premises_sync_enabled.unwrap_or(false)),
        department: user.department,
        job_title: user.job_title,
        employee_id: user.employee_id,
        ..UserFact::default()
    })
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    display_name: Option<String>,
    #[serde(default)]
    group_types: Option<Vec<String>>,
    mail_enabled: Option<bool>,
    security_enabled: Option<bool>,
    is_assignable_to_role: Option<bool>,
}

impl Group {
    /// The kinds that <https://learn.microsoft.com/graph/api/resources/groups-overview> tells
    /// apart.
    fn kind(&self) -> Option<&'static str> {
        let is_unified = self
            .group_types
            .iter()
            .flatten()
            .any(|name| name == "Unified");
        if is_unified {
            return Some("microsoft365");
        }
        match (self.mail_enabled?, self.security_enabled?) {
            (true, true) => Some("mail_enabled_security"),
            (false, true) => Some("security"),
            (true, false) => Some("distribution"),
            (false, false) => None,
        }
    }
}

pub(super) async fn groups(reader: &Reader<'_>) -> Result<Fact<GroupFact>, StoreError> {
    let mut groups = fact(reader, "groups", &Kind::GROUP, |id, group: Group| {
        GroupFact {
            id,
            kind: group.kind().map(str::to_owned),
            name: group.display_name,
            owners: Some(Vec::new()),
            // What is absent was never set, and that means no.
            role_assignable: Some(group.is_assignable_to_role.unwrap_or(false)),
            ..GroupFact::default()
        }
    })
    .await?;
    join(reader, &Relation::MEMBER, &mut groups.items, |group, id| {
        group.members.push(id);
    })
    .await?;
    join(reader, &Relation::OWNER, &mut groups.items, |group, id| {
        group.owners.get_or_insert_default().push(id);
    })
    .await?;
    Ok(groups)
}

/// Adds the ends of a relation to their groups; both come in the order of the group's id.
async fn join(
    reader: &Reader<'_>,
    relation: &Relation,
    groups: &mut [GroupFact],
    add: impl Fn(&mut GroupFact, String),
) -> Result<(), StoreError> {
    let mut groups = groups.iter_mut().peekable();
    let mut after: Option<Edge> = None;
    loop {
        let page = reader.store.edges(relation, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.clone());
        for edge in page {
            while groups.next_if(|group| group.id < edge.from).is_some() {}
            if let Some(group) = groups.peek_mut().filter(|group| group.id == edge.from) {
                add(group, edge.to);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleDefinition {
    display_name: Option<String>,
    template_id: Option<String>,
    is_built_in: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleAssignment {
    principal_id: Option<String>,
    role_definition_id: Option<String>,
    directory_scope_id: Option<String>,
    end_date_time: Option<String>,
}

/// Active and eligible assignments. A tenant without Privileged Identity Management has no
/// eligible ones; one whose eligible ones could not be read has some that nobody saw.
pub(super) async fn role_assignments(
    reader: &Reader<'_>,
) -> Result<Fact<RoleAssignmentFact>, StoreError> {
    let names = role_names(reader).await?;
    let row = |kind: &'static str| {
        let names = &names;
        move |_: String, assignment: RoleAssignment| {
            let role = assignment.role_definition_id.unwrap_or_default();
            Some(RoleAssignmentFact {
                principal: assignment.principal_id.unwrap_or_default(),
                role: names.get(&role).cloned().unwrap_or(role),
                kind: Some(kind.to_owned()),
                scope: assignment.directory_scope_id,
                ends: instant(assignment.end_date_time),
                ..RoleAssignmentFact::default()
            })
        }
    };
    let active = reader
        .standing("role_assignments", &Kind::ROLE_ASSIGNMENT)
        .await?;
    let eligible = reader
        .standing("role_eligibilities", &Kind::ROLE_ELIGIBILITY)
        .await?;
    let mut rows = reader.rows(&Kind::ROLE_ASSIGNMENT, row("active")).await?;
    let standing = match eligible {
        // Believed only where nothing says otherwise: licensed tenants get this answer at times.
        Standing::Unlicensed { .. } if !may_have_eligible(reader).await? => active,
        eligible => {
            let more = reader
                .rows(&Kind::ROLE_ELIGIBILITY, row("eligible"))
                .await?;
            rows.items.extend(more.items);
            rows.unreadable += more.unreadable;
            match active {
                active @ (Standing::Read { .. } | Standing::InPart { .. }) => active.and(eligible),
                active => active,
            }
        }
    };
    Ok(to_fact(rows, standing))
}

/// Whether the tenant has, or had, what it takes to make people eligible for roles.
async fn may_have_eligible(reader: &Reader<'_>) -> Result<bool, StoreError> {
    if reader.store.count(&Kind::ROLE_ELIGIBILITY).await? > 0 {
        return Ok(true);
    }
    let licences = licenses(reader).await?;
    Ok(licences.items.iter().any(|licence| {
        let mut plans = licence.service_plans.iter().flatten();
        plans.any(|plan| plan == "AAD_PREMIUM_P2")
    }))
}

/// Display names by id and by template id. A custom role keeps its id, so that no name of a
/// customer's choosing passes for a role of Microsoft's.
async fn role_names(reader: &Reader<'_>) -> Result<BTreeMap<String, String>, StoreError> {
    let definitions = reader
        .rows(&Kind::ROLE_DEFINITION, |id, role: RoleDefinition| {
            Some((id, role))
        })
        .await?;
    let mut names = BTreeMap::new();
    for (id, role) in definitions.items {
        let (Some(name), Some(true)) = (role.display_name, role.is_built_in) else {
            continue;
        };
        if let Some(template) = role.template_id {
            names.insert(template, name.clone());
        }
        names.insert(id, name);
    }
    Ok(names)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignIn {
    sign_in_activity: Option<SignInActivity>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignInActivity {
    last_sign_in_date_time: Option<String>,
    last_non_interactive_sign_in_date_time: Option<String>,
    last_successful_sign_in_date_time: Option<String>,
}

pub(super) async fn sign_in_activity(reader: &Reader<'_>) -> Result<Fact<SignInFact>, StoreError> {
    fact(
        reader,
        "sign_in_activity",
        &Kind::SIGN_IN_ACTIVITY,
        |user, view: SignIn| {
            // Absent on one user of a page that carries it: this one never signed in.
            let activity = view.sign_in_activity.unwrap_or_default();
            SignInFact {
                user,
                last_interactive: instant(activity.last_sign_in_date_time),
                last_noninteractive: instant(activity.last_non_interactive_sign_in_date_time),
                last_success: instant(activity.last_successful_sign_in_date_time),
                ..SignInFact::default()
            }
        },
    )
    .await
}
