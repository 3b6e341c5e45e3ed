//! Writes the entries of a round.

use std::collections::BTreeMap;

use super::Tracking;
use super::round::{Entry, Form};
use super::tracked::Tracked;
use crate::call::Call;
use crate::guid::{self, Guid};
use crate::list::{PageWriter, novelty};
use crate::tenant::Tenant;
use crate::tenant::change::Relation;
use crate::tenant::group::Group;
use crate::tenant::property::{Entity, Nulls, write_properties, write_text};
use crate::tenant::user::{Life, User};

/// `members@delta` and `owners@delta` entries on a page, per object that fits on it.
const RELATED_PER_OBJECT: usize = 5;

/// What still fits on a page.
pub(super) struct Room {
    objects: usize,
    related: usize,
}

impl Room {
    pub(super) fn of(objects: usize) -> Self {
        Self {
            objects,
            related: objects.saturating_mul(RELATED_PER_OBJECT),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.objects == 0 || self.related == 0
    }
}

/// The place within an object's relations where a page ended.
pub(crate) type Stopped = (u8, String);

/// Writes one entry; returns where its relations stopped if they did not fit.
pub(super) fn write_entry<T: Tracked>(
    call: &Call<'_>,
    page: &mut PageWriter,
    entry: &Entry,
    tracking: &Tracking<T>,
    start: Option<&Stopped>,
    room: &mut Room,
) -> Option<Stopped> {
    let object = T::all(call.tenant).get(entry.object)?;
    let removed = match entry.form {
        Form::AsItIs => object.life() != Life::Live,
        Form::Upsert => false,
        Form::Removal => true,
    };
    room.objects = room.objects.saturating_sub(1);
    let out = page.item();
    out.push(b'{');
    if removed {
        out.extend_from_slice(b"\"id\":");
        write_text(out, &guid::text(object.id()));
        let reason = if object.life() == Life::Purged {
            "deleted"
        } else {
            "changed"
        };
        out.extend_from_slice(b",\"@removed\":{\"reason\":\"");
        out.extend_from_slice(reason.as_bytes());
        out.extend_from_slice(b"\"}}");
        return None;
    }
    let only_changes = !entry.whole && (call.minimal || entry.partial);
    if only_changes {
        let changed = tracking.properties.iter().copied();
        let changed = changed
            .filter(|property| property.name == "id" || entry.properties.contains(property.name));
        // A property that was cleared is null here; one that did not change is absent.
        write_properties(out, call.tenant, object, changed, Nulls::Written);
    } else {
        write_properties(
            out,
            call.tenant,
            object,
            tracking.properties.iter().copied(),
            Nulls::LeftOut,
        );
    }
    novelty(call, out, entry.object as u64);
    let stopped = write_relations(call, out, object, entry, tracking, start, room);
    out.push(b'}');
    stopped
}

/// Writes `members@delta` and `owners@delta` from where the last page stopped.
fn write_relations<T: Tracked>(
    call: &Call<'_>,
    out: &mut Vec<u8>,
    object: &T,
    entry: &Entry,
    tracking: &Tracking<T>,
    start: Option<&Stopped>,
    room: &mut Room,
) -> Option<Stopped> {
    let mut stopped = None;
    for (number, relation) in tracking.relations.iter().enumerate() {
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let after = match start {
            Some((at, _)) if number < *at => continue,
            Some((at, id)) if number == *at => guid::parse(id),
            _ => None,
        };
        if *relation == Relation::Members && object.hides_members() && call.hides_members() {
            continue;
        }
        let Some(now) = object.related(*relation) else {
            continue;
        };
        // What came and went; for an object that is new to the reader, everything else too.
        let touched = entry
            .related
            .iter()
            .filter(|(touched, _)| touched == relation);
        let mut entries: BTreeMap<Guid, bool> =
            touched.map(|(_, id)| (*id, now.contains(id))).collect();
        if entry.whole {
            entries.extend(now.iter().map(|id| (*id, true)));
        }
        let mut rest = entries
            .into_iter()
            .filter(|(id, _)| after.is_none_or(|after| *id > after))
            .peekable();
        if rest.peek().is_none() {
            continue;
        }
        let name: &[u8] = match relation {
            Relation::Members => b",\"members@delta\":[",
            Relation::Owners => b",\"owners@delta\":[",
        };
        out.extend_from_slice(name);
        let mut last = after;
        for (written, (id, present)) in rest.enumerate() {
            if room.related == 0 {
                stopped = Some((number, last.map_or_else(String::new, guid::text)));
                break;
            }
            if written > 0 {
                out.push(b',');
            }
            write_related(call.tenant, out, id, present);
            room.related -= 1;
            last = Some(id);
        }
        out.push(b']');
        if stopped.is_some() {
            break;
        }
    }
    stopped
}

fn write_related(tenant: &Tenant, out: &mut Vec<u8>, id: Guid, present: bool) {
    let kind = if tenant.group(id).is_some() {
        Group::TYPE
    } else {
        User::TYPE
    };
    out.extend_from_slice(b"{\"@odata.type\":");
    write_text(out, kind);
    out.extend_from_slice(b",\"id\":");
    write_text(out, &guid::text(id));
    if !present {
        out.extend_from_slice(b",\"@removed\":{\"reason\":\"deleted\"}");
    }
    out.push(b'}');
}
