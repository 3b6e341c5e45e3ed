//! Builds a [`Reach`] from a store.

use std::collections::{BTreeSet, HashMap};

use super::web::Web;
use super::{Hold, Holds, Reach, Terms};
use crate::insight::relation::form;
use crate::insight::relation::item::EntityType;
use crate::insight::relation::key::Key;
use crate::insight::relation::license::Seats;
use crate::insight::relation::read::{Edges, Fields, Records};
use crate::insight::relation::role::Holdings;
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::{Store, StoreError};

impl Reach {
    /// Who reaches what in a store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let mut numbers = Numbers::default();
        let mut kinds = Vec::new();
        let mut groups = BTreeSet::new();
        let mut withheld = Vec::new();
        // Where everything was read, what is hidden from others was seen.
        let runs = store.last_runs().await?;
        let groups_run = runs.iter().find(|run| run.source.as_str() == "groups");
        let sees_all = groups_run.is_some_and(|run| run.outcome.is_complete());
        for (kind, entity) in [
            (&Kind::USER, EntityType::User),
            (&Kind::GROUP, EntityType::Group),
            (&Kind::DEVICE, EntityType::DirectoryDevice),
            (&Kind::ORG_CONTACT, EntityType::Contact),
            (&Kind::SERVICE_PRINCIPAL, EntityType::ServicePrincipal),
        ] {
            let mut records = Records::new(store, kind);
            while let Some(record) = records.next().await? {
                let number = numbers.of(&record.id);
                kinds.push((number, entity));
                if entity == EntityType::Group {
                    groups.insert(number);
                    let visibility = Fields::of(&record).text("visibility");
                    if !sees_all && visibility.is_some_and(|it| hides_members(&it)) {
                        withheld.push(number);
                    }
                }
            }
        }
        let mut members = Vec::new();
        let mut edges = Edges::new(store, &Relation::MEMBER);
        while let Some(edge) = edges.next().await? {
            let group = numbers.of(&edge.from);
            // What has members is a group, whether it is stored or not.
            groups.insert(group);
            members.push((group, numbers.of(&edge.to)));
        }
        let roles = roles(store, &mut numbers).await?;
        let applications = applications(store, &mut numbers).await?;
        let devices = devices(store, &mut numbers, &mut kinds).await?;
        let teams = teams(store, &mut numbers).await?;
        let licenses = licenses(store, &mut numbers).await?;

        let (ids, places) = numbers.in_order();
        let place = |number: u32| places.get(number as usize).copied().unwrap_or(number);
        let holds = |mut holds: Vec<Hold>| {
            for hold in &mut holds {
                hold.holder = place(hold.holder);
                hold.held = place(hold.held);
                hold.through = hold.through.map(place);
            }
            Holds::new(holds)
        };
        let mut types = vec![EntityType::DirectoryObject; ids.len()];
        for (number, kind) in kinds {
            if let Some(slot) = types.get_mut(place(number) as usize) {
                *slot = kind;
            }
        }
        let members = members
            .into_iter()
            .map(|(group, member)| (place(group), place(member)));
        Ok(Self {
            web: Web::new(groups.into_iter().map(place).collect(), members.collect()),
            kinds: types,
            roles: holds(roles),
            applications: holds(applications),
            devices: holds(devices),
            teams: holds(teams),
            licenses: holds(licenses),
            withheld: withheld.into_iter().map(place).collect(),
            ids,
        })
    }
}

async fn roles(store: &dyn Store, numbers: &mut Numbers) -> Result<Vec<Hold>, StoreError> {
    let mut holds = Vec::new();
    let mut holdings = Holdings::load(store).await?;
    while let Some(holding) = holdings.next().await? {
        let terms = Terms {
            state: Some(holding.state.to_owned()),
            scope: holding.scope,
            end: holding.terms.end,
            ..Terms::default()
        };
        holds.push(Hold {
            holder: numbers.of(&holding.principal),
            held: numbers.of(&holding.role),
            through: None,
            terms: Some(Box::new(terms)),
        });
    }
    Ok(holds)
}

async fn applications(store: &dyn Store, numbers: &mut Numbers) -> Result<Vec<Hold>, StoreError> {
    let mut holds = Vec::new();
    let mut records = Records::new(store, &Kind::APP_ROLE_ASSIGNMENT);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let ends = fields.text("principalId").zip(fields.text("resourceId"));
        let Some((principal, resource)) = ends else {
            continue;
        };
        let terms = Terms {
            app_role: fields.text("appRoleId"),
            ..Terms::default()
        };
        holds.push(Hold {
            holder: numbers.of(&principal),
            held: numbers.of(&resource),
            through: None,
            terms: Some(Box::new(terms)),
        });
    }
    Ok(holds)
}

async fn devices(
    store: &dyn Store,
    numbers: &mut Numbers,
    kinds: &mut Vec<(u32, EntityType)>,
) -> Result<Vec<Hold>, StoreError> {
    let mut holds = Vec::new();
    let mut records = Records::new(store, &Kind::MANAGED_DEVICE);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let device = numbers.of(&record.id);
        kinds.push((device, form::of(&fields)));
        let user = fields.text("userId");
        if let Some(user) = user.filter(|user| !Key::of(user).is_nobody()) {
            holds.push(Hold {
                holder: numbers.of(&user),
                held: device,
                through: None,
                terms: None,
            });
        }
    }
    Ok(holds)
}

async fn teams(store: &dyn Store, numbers: &mut Numbers) -> Result<Vec<Hold>, StoreError> {
    let mut holds = Vec::new();
    let mut edges = Edges::new(store, &Relation::TEAM_MEMBER);
    while let Some(edge) = edges.next().await? {
        holds.push(Hold {
            holder: numbers.of(&edge.to),
            held: numbers.of(&edge.from),
            through: None,
            terms: None,
        });
    }
    Ok(holds)
}

async fn licenses(store: &dyn Store, numbers: &mut Numbers) -> Result<Vec<Hold>, StoreError> {
    let mut holds = Vec::new();
    let mut seats = Seats::load(store).await?;
    while let Some((user, products)) = seats.next().await? {
        for (sku, ways) in products {
            let mut hold = Hold {
                holder: numbers.of(&user),
                held: numbers.of(&sku),
                through: None,
                terms: None,
            };
            if ways.is_empty() {
                holds.push(hold);
                continue;
            }
            for way in ways {
                hold.through = way.group.map(|group| numbers.of(&group));
                // Most are plainly active, which is not worth a word for each person.
                let state = way
                    .state
                    .filter(|state| !state.eq_ignore_ascii_case("active"));
                hold.terms = (state.is_some() || way.error.is_some()).then(|| {
                    Box::new(Terms {
                        state,
                        error: way.error,
                        ..Terms::default()
                    })
                });
                holds.push(hold.clone());
            }
        }
    }
    Ok(holds)
}

/// A number for each id, in the order in which they come.
#[derive(Default)]
struct Numbers(HashMap<Key, u32>);

impl Numbers {
    fn of(&mut self, id: &str) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(Key::of(id)).or_insert(next)
    }

    /// The ids in order, and the place of each number among them.
    fn in_order(self) -> (Vec<Key>, Vec<u32>) {
        let mut all: Vec<(Key, u32)> = self.0.into_iter().collect();
        all.sort_unstable();
        let mut places = vec![0; all.len()];
        for (place, (_, number)) in all.iter().enumerate() {
            if let Some(slot) = places.get_mut(*number as usize) {
                *slot = u32::try_from(place).unwrap_or(u32::MAX);
            }
        }
        (all.into_iter().map(|(key, _)| key).collect(), places)
    }
}

/// <https://learn.microsoft.com/graph/api/resources/group>
fn hides_members(visibility: &str) -> bool {
    visibility.eq_ignore_ascii_case("HiddenMembership")
}
