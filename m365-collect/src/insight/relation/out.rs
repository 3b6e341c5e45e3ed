//! Where the sections of a graph put what they make.

use futures::SinkExt;
use futures::channel::mpsc::Sender;

use super::item::{End, Entity, Item, Relationship, RelationshipClass};
use super::known::Known;
use super::options::Options;
use super::read::{Edges, Fields, Records};
use crate::kind::Kind;
use crate::record::{Record, Relation};
use crate::store::{Store, StoreError};

/// Why a section ended before its end.
pub(super) enum Stop {
    Store(StoreError),
    NobodyListens,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The end of the stream at which items go in.
pub(super) struct Out {
    sender: Sender<Result<Item, StoreError>>,
    options: Options,
}

impl Out {
    pub(super) const fn new(sender: Sender<Result<Item, StoreError>>, options: Options) -> Self {
        Self { sender, options }
    }
}

/// What every section reads from and writes to.
pub(super) struct Section<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) known: Known,
    out: Out,
}

impl<'a> Section<'a> {
    pub(super) async fn new(store: &'a dyn Store, out: Out) -> Result<Self, Stop> {
        Ok(Self {
            store,
            known: Known::load(store).await?,
            out,
        })
    }

    pub(super) fn records(&self, kind: &Kind) -> Records<'a> {
        Records::new(self.store, kind)
    }

    pub(super) fn edges(&self, relation: &Relation) -> Edges<'a> {
        Edges::new(self.store, relation)
    }

    pub(super) async fn entity(&mut self, entity: Entity) -> Result<(), Stop> {
        self.send(Item::Entity(entity)).await
    }

    pub(super) async fn relationship(&mut self, relationship: Relationship) -> Result<(), Stop> {
        if relationship.is_loose() && !self.out.options.missing {
            return Ok(());
        }
        self.send(Item::Relationship(relationship)).await
    }

    pub(super) async fn link(
        &mut self,
        class: RelationshipClass,
        from: End,
        to: End,
    ) -> Result<(), Stop> {
        self.relationship(Relationship::new(class, from, to)).await
    }

    /// The tenant has it.
    pub(super) async fn account_has(&mut self, to: End) -> Result<(), Stop> {
        let account = self.known.account.clone();
        self.link(RelationshipClass::Has, account, to).await
    }

    async fn send(&mut self, item: Item) -> Result<(), Stop> {
        let sent = self.out.sender.send(Ok(item)).await;
        sent.map_err(|_| Stop::NobodyListens)
    }
}

/// An entity of a record that goes by its display name and has these properties.
pub(super) fn entity(
    kind: super::EntityType,
    record: &Record,
    fields: &Fields<'_>,
    names: &[&str],
) -> Entity {
    let mut entity = Entity::new(kind, &record.id).named(fields.text("displayName"));
    fields.copy(names, &mut entity.properties);
    entity
}
