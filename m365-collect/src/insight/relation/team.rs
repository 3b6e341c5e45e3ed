//! Teams, their channels and members.

use super::item::{End, EntityType, Relationship, RelationshipClass};
use super::out::{Section, Stop, entity};
use super::read::Fields;
use crate::kind::Kind;
use crate::record::{Edge, Relation};

const TEAM: &[&str] = &[
    "description",
    "visibility",
    "isArchived",
    "classification",
    "specialization",
    "createdDateTime",
];
const CHANNEL: &[&str] = &[
    "description",
    "membershipType",
    "isArchived",
    "createdDateTime",
];

pub(super) async fn emit(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::TEAM);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        section
            .entity(entity(EntityType::Team, &record, &fields, TEAM))
            .await?;
        // A team has the id of its group.
        let group = section.known.object_as(EntityType::Group, &record.id);
        let team = End::new(EntityType::Team, &record.id);
        section.link(RelationshipClass::Has, group, team).await?;
    }
    let mut records = section.records(&Kind::CHANNEL);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        section
            .entity(entity(EntityType::Channel, &record, &fields, CHANNEL))
            .await?;
    }
    let mut edges = section.edges(&Relation::CHANNEL);
    while let Some(edge) = edges.next().await? {
        let team = section.known.other(EntityType::Team, &edge.from);
        let channel = section.known.other(EntityType::Channel, &edge.to);
        section.link(RelationshipClass::Has, team, channel).await?;
    }
    members(section).await
}

/// The owners of a team are those of its group. Both relations come in the same order, so that
/// they are laid side by side.
async fn members(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut owners = section.edges(&Relation::OWNER);
    let mut owner = owners.next().await?;
    let mut edges = section.edges(&Relation::TEAM_MEMBER);
    while let Some(edge) = edges.next().await? {
        let ends = |edge: &Edge| (edge.from.clone(), edge.to.clone());
        let own = ends(&edge);
        while owner.as_ref().is_some_and(|owner| ends(owner) < own) {
            owner = owners.next().await?;
        }
        let is_owner = owner.as_ref().is_some_and(|owner| ends(owner) == own);
        let team = section.known.other(EntityType::Team, &edge.from);
        let user = section.known.object_as(EntityType::User, &edge.to);
        let has = Relationship::new(RelationshipClass::Has, team, user);
        section.relationship(has.with("owner", is_owner)).await?;
    }
    Ok(())
}
