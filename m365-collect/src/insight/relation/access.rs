//! Conditional access policies and access reviews, and whom they are about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::item::{End, EntityType, Relationship, RelationshipClass};
use super::known::Known;
use super::out::{Section, Stop, entity};
use super::read::{Fields, items, text, texts};
use crate::kind::Kind;
use crate::record::Relation;

pub(super) async fn emit(section: &mut Section<'_>) -> Result<(), Stop> {
    policies(section).await?;
    reviews(section).await
}

const POLICY: &[&str] = &["state", "createdDateTime", "modifiedDateTime", "templateId"];

async fn policies(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::CONDITIONAL_ACCESS_POLICY);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let grant = fields.value("grantControls");
        let controls = grant.get("builtInControls").and_then(Value::as_array);
        let policy = entity(
            EntityType::ConditionalAccessPolicy,
            &record,
            &fields,
            POLICY,
        )
        .with("grant_controls", controls.map(|names| texts(names)))
        .with("grant_operator", text(&grant, "operator"));
        section.entity(policy).await?;
        let conditions = fields.value("conditions");
        let users = conditions.get("users").cloned().unwrap_or_default();
        for (end, effects) in whom(&section.known, &users) {
            let policy = End::new(EntityType::ConditionalAccessPolicy, &record.id);
            let effects: Vec<&str> = effects.into_iter().collect();
            let assigned = Relationship::new(RelationshipClass::Assigned, policy, end);
            section
                .relationship(assigned.with("effects", effects))
                .await?;
        }
    }
    Ok(())
}

/// Whom a policy includes and excludes. Words for many of them are told of the account.
fn whom(known: &Known, users: &Value) -> BTreeMap<End, BTreeSet<&'static str>> {
    let mut whom: BTreeMap<End, BTreeSet<&'static str>> = BTreeMap::new();
    for (list, entity, effect) in [
        ("includeUsers", EntityType::User, "include"),
        ("excludeUsers", EntityType::User, "exclude"),
        ("includeGroups", EntityType::Group, "include"),
        ("excludeGroups", EntityType::Group, "exclude"),
        ("includeRoles", EntityType::Role, "include"),
        ("excludeRoles", EntityType::Role, "exclude"),
    ] {
        let list = users.get(list).and_then(Value::as_array);
        for id in texts(list.map_or(&[][..], Vec::as_slice)) {
            let account = || known.account.clone();
            let (end, effect) = match (id.as_str(), effect) {
                ("None", _) => continue,
                ("All", "include") => (account(), "include_all_users"),
                ("All", _) => (account(), "exclude_all_users"),
                ("GuestsOrExternalUsers", "include") => (account(), "include_guests"),
                ("GuestsOrExternalUsers", _) => (account(), "exclude_guests"),
                (id, effect) if entity == EntityType::Role => (known.other(entity, id), effect),
                (id, effect) => (known.object_as(entity, id), effect),
            };
            whom.entry(end).or_default().insert(effect);
        }
    }
    for (property, effect) in [
        ("includeGuestsOrExternalUsers", "include_guests"),
        ("excludeGuestsOrExternalUsers", "exclude_guests"),
    ] {
        if users.get(property).is_some_and(Value::is_object) {
            let account = whom.entry(known.account.clone());
            account.or_default().insert(effect);
        }
    }
    whom
}

const REVIEW: &[&str] = &["status", "createdDateTime", "lastModifiedDateTime"];
const INSTANCE: &[&str] = &["status", "startDateTime", "endDateTime"];

async fn reviews(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::ACCESS_REVIEW);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        section
            .entity(entity(EntityType::AccessReview, &record, &fields, REVIEW))
            .await?;
        let scopes = [
            fields.value("scope"),
            fields.value("instanceEnumerationScope"),
        ];
        let groups: BTreeSet<String> = scopes.iter().flat_map(groups).collect();
        for group in groups {
            let review = End::new(EntityType::AccessReview, &record.id);
            let group = section.known.object_as(EntityType::Group, &group);
            section
                .link(RelationshipClass::Reviews, review, group)
                .await?;
        }
    }
    let mut records = section.records(&Kind::ACCESS_REVIEW_INSTANCE);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        section
            .entity(entity(
                EntityType::AccessReviewInstance,
                &record,
                &fields,
                INSTANCE,
            ))
            .await?;
    }
    let mut edges = section.edges(&Relation::REVIEW_INSTANCE);
    while let Some(edge) = edges.next().await? {
        let review = section.known.other(EntityType::AccessReview, &edge.from);
        let instance = section
            .known
            .other(EntityType::AccessReviewInstance, &edge.to);
        section
            .link(RelationshipClass::Has, review, instance)
            .await?;
    }
    Ok(())
}

/// The groups that a scope's queries name: `/groups/{id}/transitiveMembers`.
fn groups(scope: &Value) -> Vec<String> {
    let of = |scope: &Value| {
        let query = text(scope, "query")?;
        let (_, rest) = query.split_once("/groups/")?;
        let id = rest.split(['/', '?']).next()?;
        (!id.is_empty()).then(|| id.to_owned())
    };
    let lists = ["principalScopes", "resourceScopes"].map(|list| scope.get(list));
    let inner = lists.into_iter().flatten().flat_map(items);
    std::iter::once(scope).chain(inner).filter_map(of).collect()
}
