//! Whom the assignments of apps, policies and configurations are for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::item::{End, EntityType};
use super::key::{Ids, Key};
use super::known::{Device, Known};
use super::platform::Platform;
use super::read::{Edges, Fields, Records, items, text};
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::{Store, StoreError};

/// Everything that can be assigned, and who is in the groups that it is assigned to.
pub(super) struct Targets {
    pub(super) items: Vec<Assignable>,
    /// The groups that assignments name.
    groups: Vec<String>,
    /// Which of those somebody or something is in, directly or nested.
    within: Ids<BTreeSet<usize>>,
}

/// An app, policy or configuration.
pub(super) struct Assignable {
    pub(super) end: End,
    platform: Option<Platform>,
    targets: Vec<Target>,
}

struct Target {
    whom: Whom,
    intent: Option<String>,
    /// Whether a filter says which of them, which is not evaluated here.
    filtered: bool,
}

enum Whom {
    AllDevices,
    AllUsers,
    Group(usize),
    Excluded(usize),
}

const ASSIGNABLE: [(Kind, EntityType); 4] = [
    (Kind::MOBILE_APP, EntityType::ManagedApplication),
    (Kind::COMPLIANCE_POLICY, EntityType::CompliancePolicy),
    (Kind::DEVICE_CONFIGURATION, EntityType::DeviceConfiguration),
    (Kind::CONFIGURATION_POLICY, EntityType::ConfigurationPolicy),
];

impl Targets {
    pub(super) async fn load(store: &dyn Store, known: &Known) -> Result<Self, StoreError> {
        let mut groups = Groups::default();
        let mut all = Vec::new();
        for (kind, entity) in &ASSIGNABLE {
            let mut records = Records::new(store, kind);
            while let Some(record) = records.next().await? {
                let fields = Fields::of(&record);
                let assignments = fields.value("assignments");
                let targets: Vec<Target> = items(&assignments)
                    .filter_map(|assignment| groups.target(assignment))
                    .collect();
                if targets.is_empty() {
                    continue;
                }
                let of_type = || Platform::of_type(&fields.text("@odata.type")?);
                let platforms = fields.text("platforms");
                all.push(Assignable {
                    end: End::new(*entity, &record.id),
                    platform: of_type().or_else(|| Platform::of_catalogue(&platforms?)),
                    targets,
                });
            }
        }
        let within = if groups.names.is_empty() {
            Ids::default()
        } else {
            groups.members(store, known).await?
        };
        Ok(Self {
            items: all,
            groups: groups.names,
            within,
        })
    }

    pub(super) fn find(&self, kind: EntityType, id: &str) -> Option<&Assignable> {
        let mut items = self.items.iter();
        items.find(|item| item.end.kind == kind && item.end.id == id)
    }

    /// The ways in which an assignment reaches a device; none where it does not.
    pub(super) fn derived(&self, item: &Assignable, id: &str, device: &Device) -> Vec<Value> {
        let fits = |platform: Option<Platform>| {
            let pair = platform.zip(device.platform);
            pair.is_none_or(|(asked, own)| asked == own)
        };
        if !fits(item.platform) {
            return Vec::new();
        }
        let of = |key: Option<&Key>| key.and_then(|key| self.within.by_key(key));
        let of_user = of(device.user.as_ref());
        let of_device = of(device.object.as_ref()).or_else(|| self.within.get(id));
        let is_in = |groups: Option<&BTreeSet<usize>>, group: usize| {
            groups.is_some_and(|groups| groups.contains(&group))
        };
        let is_excluded = item.targets.iter().any(|target| {
            matches!(target.whom, Whom::Excluded(group)
                if is_in(of_user, group) || is_in(of_device, group))
        });
        if is_excluded {
            return Vec::new();
        }
        let mut derived = Vec::new();
        for target in &item.targets {
            let mut add = |way: &str, group: Option<&String>| {
                derived.push(target.told(way, group.map(String::as_str)));
            };
            match target.whom {
                Whom::AllDevices => add("all_devices", None),
                Whom::AllUsers if device.user.is_some() => add("all_users", None),
                Whom::Group(group) => {
                    let name = self.groups.get(group);
                    if is_in(of_user, group) {
                        add("group_of_user", name);
                    }
                    if is_in(of_device, group) {
                        add("group_of_device", name);
                    }
                }
                Whom::AllUsers | Whom::Excluded(_) => {}
            }
        }
        derived
    }
}

impl Target {
    fn told(&self, way: &str, group: Option<&str>) -> Value {
        let mut told = json!({ "by": way });
        if let Some(told) = told.as_object_mut() {
            if let Some(group) = group {
                told.insert("group".to_owned(), group.into());
            }
            if let Some(intent) = &self.intent {
                told.insert("intent".to_owned(), intent.as_str().into());
            }
            if self.filtered {
                told.insert("filtered".to_owned(), true.into());
            }
        }
        told
    }
}

/// The groups that assignments name, each with a number.
#[derive(Default)]
struct Groups {
    names: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Groups {
    fn number(&mut self, group: &str) -> usize {
        if let Some(number) = self.numbers.get(group) {
            return *number;
        }
        let number = self.names.len();
        self.names.push(group.to_owned());
        self.numbers.insert(group.to_owned(), number);
        number
    }

    fn target(&mut self, assignment: &Value) -> Option<Target> {
        let target = assignment.get("target")?;
        let kind = text(target, "@odata.type")?.rsplit('.').next()?;
        let whom = match kind {
            "allDevicesAssignmentTarget" => Whom::AllDevices,
            "allLicensedUsersAssignmentTarget" => Whom::AllUsers,
            "groupAssignmentTarget" => Whom::Group(self.number(text(target, "groupId")?)),
            "exclusionGroupAssignmentTarget" => {
                Whom::Excluded(self.number(text(target, "groupId")?))
            }
            _ => return None,
        };
        let filter = text(target, "deviceAndAppManagementAssignmentFilterType");
        Some(Target {
            whom,
            intent: text(assignment, "intent").map(str::to_owned),
            filtered: filter.is_some_and(|filter| !filter.eq_ignore_ascii_case("none")),
        })
    }

    /// Who is in them, in two passes over the memberships: which groups are nested in which, then
    /// who is in those. Only the members of groups that are assigned to are kept.
    async fn members(
        &self,
        store: &dyn Store,
        known: &Known,
    ) -> Result<Ids<BTreeSet<usize>>, StoreError> {
        let mut nested: Ids<Vec<Key>> = Ids::default();
        let mut edges = Edges::new(store, &Relation::MEMBER);
        while let Some(edge) = edges.next().await? {
            if known.is_group(&edge.to) {
                let inner = nested.entry(&edge.from).or_default();
                inner.push(Key::of(&edge.to));
            }
        }
        let mut under: Ids<BTreeSet<usize>> = Ids::default();
        for (number, group) in self.names.iter().enumerate() {
            let mut open = vec![Key::of(group)];
            while let Some(group) = open.pop() {
                if under.by_key_or_default(&group).insert(number) {
                    open.extend(nested.by_key(&group).into_iter().flatten().cloned());
                }
            }
        }
        let mut within: Ids<BTreeSet<usize>> = Ids::default();
        let mut edges = Edges::new(store, &Relation::MEMBER);
        while let Some(edge) = edges.next().await? {
            if let Some(numbers) = under.get(&edge.from)
                && !known.is_group(&edge.to)
            {
                within.entry(&edge.to).or_default().extend(numbers);
            }
        }
        Ok(within)
    }
}
