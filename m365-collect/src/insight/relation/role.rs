//! Roles of the directory and who holds them.

use std::collections::BTreeMap;

use super::item::{EntityType, Relationship, RelationshipClass};
use super::out::{Section, Stop, entity};
use super::read::{Fields, Records};
use crate::kind::Kind;
use crate::store::{Store, StoreError};

const ROLE: &[&str] = &[
    "description",
    "isBuiltIn",
    "isEnabled",
    "templateId",
    "version",
];

pub(super) async fn emit(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::ROLE_DEFINITION);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        section
            .entity(entity(EntityType::Role, &record, &fields, ROLE))
            .await?;
    }
    let mut holdings = Holdings::load(section.store).await?;
    while let Some(holding) = holdings.next().await? {
        let holder = section.known.object(&holding.principal);
        let role = section.known.other(EntityType::Role, &holding.role);
        let assigned = Relationship::new(RelationshipClass::Assigned, holder, role)
            .by(holding.id)
            .with("state", holding.state)
            .with("scope", holding.scope)
            .with("start", holding.terms.start)
            .with("end", holding.terms.end)
            .with("assignmentType", holding.terms.assignment)
            .with("memberType", holding.terms.member);
        section.relationship(assigned).await?;
    }
    Ok(())
}

/// That somebody holds a role.
pub(super) struct Holding {
    pub(super) id: String,
    pub(super) principal: String,
    pub(super) role: String,
    pub(super) state: &'static str,
    pub(super) scope: Option<String>,
    pub(super) terms: Terms,
}

/// What Privileged Identity Management knows of it.
#[derive(Default, Clone)]
pub(super) struct Terms {
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
    /// `Assigned` or `Activated`.
    pub(super) assignment: Option<String>,
    /// `Direct`, `Group` or `Inherited`.
    pub(super) member: Option<String>,
}

/// Principal, role and scope.
type Triple = (String, String, Option<String>);

/// Every holding once: the active ones, with their terms where those are stored, then active ones
/// that only Privileged Identity Management tells of, then the eligible ones.
pub(super) struct Holdings<'a> {
    records: Records<'a>,
    rest: Vec<(Kind, &'static str)>,
    kind: Kind,
    state: &'static str,
    store: &'a dyn Store,
    /// The terms of active holdings that no assignment was told with yet.
    terms: BTreeMap<Triple, Terms>,
}

impl<'a> Holdings<'a> {
    /// Holders of roles are few: the terms of all of them are kept.
    pub(super) async fn load(store: &'a dyn Store) -> Result<Self, StoreError> {
        let mut terms = BTreeMap::new();
        let mut records = Records::new(store, &Kind::ROLE_ASSIGNMENT_INSTANCE);
        while let Some(record) = records.next().await? {
            let fields = Fields::of(&record);
            if let Some(triple) = triple(&fields) {
                terms.insert(triple, Terms::of(&fields));
            }
        }
        Ok(Self {
            records: Records::new(store, &Kind::ROLE_ASSIGNMENT),
            rest: vec![
                (Kind::ROLE_ELIGIBILITY, "eligible"),
                (Kind::ROLE_ASSIGNMENT_INSTANCE, "active"),
            ],
            kind: Kind::ROLE_ASSIGNMENT,
            state: "active",
            store,
            terms,
        })
    }

    pub(super) async fn next(&mut self) -> Result<Option<Holding>, StoreError> {
        loop {
            let Some(record) = self.records.next().await? else {
                let Some((kind, state)) = self.rest.pop() else {
                    return Ok(None);
                };
                self.records = Records::new(self.store, &kind);
                (self.kind, self.state) = (kind, state);
                continue;
            };
            let fields = Fields::of(&record);
            let Some(triple) = triple(&fields) else {
                continue;
            };
            let terms = if self.kind == Kind::ROLE_ELIGIBILITY {
                Some(Terms::of(&fields))
            } else {
                let own = self.terms.remove(&triple);
                // An instance whose terms were told with its assignment is told.
                let is_assignment = self.kind == Kind::ROLE_ASSIGNMENT;
                own.or_else(|| is_assignment.then(Terms::default))
            };
            if let Some(terms) = terms {
                let (principal, role, scope) = triple;
                return Ok(Some(Holding {
                    id: record.id,
                    principal,
                    role,
                    state: self.state,
                    scope,
                    terms,
                }));
            }
        }
    }
}

fn triple(holding: &Fields<'_>) -> Option<Triple> {
    let scope = holding.text("directoryScopeId");
    Some((
        holding.text("principalId")?,
        holding.text("roleDefinitionId")?,
        scope.or_else(|| holding.text("appScopeId")),
    ))
}

impl Terms {
    fn of(instance: &Fields<'_>) -> Self {
        Self {
            start: instance.text("startDateTime"),
            end: instance.text("endDateTime"),
            assignment: instance.text("assignmentType"),
            member: instance.text("memberType"),
        }
    }
}
