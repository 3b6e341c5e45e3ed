//! Paged collections with `$select`, `$filter`, `$top` and `$count`.
//! <https://learn.microsoft.com/graph/paging>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::area::Area;
use crate::call::Call;
use crate::chance::chance;
use crate::odata::filter::Filter;
use crate::odata::query::Expand;
use crate::reply::{GraphError, Reply, Result};
use crate::tenant::property::{
    Entity, Nulls, Property, value_of, write_properties, write_text, write_value,
};

/// Default and maximum page of directory objects.
const PAGE: usize = 100;
const MAX_PAGE: usize = 999;
/// Maximum page when `signInActivity` is selected.
const SIGN_IN_PAGE: usize = 500;
/// Page of the logs, by default and at most.
const LOG_PAGE: usize = 1_000;
/// Documents that are looked at to know what properties there are.
const SAMPLE: usize = 20;

/// Where a listing goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    at: usize,
    /// Empty pages sent at this place so far; they make each link different.
    empty: u8,
}

/// A page that is being written.
pub(crate) struct PageWriter {
    out: Vec<u8>,
    items: usize,
}

impl PageWriter {
    pub(crate) fn new(context: &str, count: Option<usize>) -> Self {
        let mut out = Vec::with_capacity(16 * 1024);
        out.extend_from_slice(b"{\"@odata.context\":");
        write_text(&mut out, context);
        if let Some(count) = count {
            out.extend_from_slice(format!(",\"@odata.count\":{count}").as_bytes());
        }
        out.extend_from_slice(b",\"value\":[");
        Self { out, items: 0 }
    }

    /// The buffer, ready for the next item.
    pub(crate) fn item(&mut self) -> &mut Vec<u8> {
        if self.items > 0 {
            self.out.push(b',');
        }
        self.items += 1;
        &mut self.out
    }

    /// Closes the page, with a link under its annotation name.
    pub(crate) fn finish(mut self, link: Option<(&str, &str)>) -> Reply {
        self.out.push(b']');
        if let Some((name, link)) = link {
            self.out.push(b',');
            write_text(&mut self.out, name);
            self.out.push(b':');
            write_text(&mut self.out, link);
        }
        self.out.push(b'}');
        Reply::json(self.out)
    }
}

/// The properties that `$select` names, or the default ones. `signInActivity` brings `id` with it.
pub(crate) fn selection<T: Entity>(call: &Call<'_>) -> Result<Vec<&'static Property<T>>> {
    let Some(names) = &call.query.select else {
        return Ok(T::defaults().collect());
    };
    let mut selected: Vec<&'static Property<T>> = Vec::with_capacity(names.len());
    for name in names {
        let property = T::property(name).ok_or_else(|| GraphError::no_property(name, T::TYPE))?;
        if !selected.iter().any(|known| known.name == property.name) {
            selected.push(property);
        }
    }
    if names.iter().any(|name| name == "signInActivity") {
        call.access.check(Area::SignInActivity)?;
        if !names.iter().any(|name| name == "id") {
            selected.extend(T::property("id"));
        }
    }
    Ok(selected)
}

/// The filter of the request, checked against the type and the rules for advanced queries.
pub(crate) fn filter(
    call: &Call<'_>,
    has: impl Fn(&str) -> bool,
    entity: &str,
) -> Result<Option<Filter>> {
    let Some(text) = &call.query.filter else {
        return Ok(None);
    };
    let filter = Filter::parse(text)?;
    if let Some(unknown) = filter.properties().into_iter().find(|name| !has(name)) {
        return Err(GraphError::no_property(unknown, entity));
    }
    let counted = call.query.count || call.route.template.ends_with("$count");
    if filter.advanced() && !(call.query.eventual && counted) {
        return Err(GraphError::unsupported_query("Unsupported Query."));
    }
    Ok(Some(filter))
}

/// Whether `@odata.count` is due: it is asked for, allowed, and this is the first page.
fn wants_count(call: &Call<'_>) -> bool {
    call.query.count && call.query.eventual && call.query.skip_token.is_none()
}

fn matches<T: Entity>(call: &Call<'_>, filter: Option<&Filter>, object: &T) -> bool {
    filter.is_none_or(|filter| {
        filter.matches(&|name| {
            T::property(name).map_or(Value::Null, |property| {
                value_of(call.tenant, object, property)
            })
        })
    })
}

/// A relation of a document that `$expand` may name, and its value; `None` leaves it out.
pub(crate) type Expansion<S> = (
    &'static str,
    fn(call: &Call<'_>, of: &S, expand: &Expand) -> Option<Value>,
);

fn expandable<S>(expansions: &[Expansion<S>]) -> Vec<&'static str> {
    expansions.iter().map(|(name, _)| *name).collect()
}

/// The values of the relations that `$expand` names.
fn expanded<S>(call: &Call<'_>, of: &S, expansions: &[Expansion<S>]) -> Vec<(&'static str, Value)> {
    let wanted = call.query.expand.iter().filter_map(|expand| {
        let (name, value) = expansions.iter().find(|(name, _)| *name == expand.name)?;
        Some((*name, value(call, of, expand)?))
    });
    wanted.collect()
}

/// A page of a table of entities.
pub(crate) fn entities<T: Entity>(
    call: &Call<'_>,
    set: &str,
    all: &[T],
    shown: impl Fn(&T) -> bool,
) -> Result<Reply> {
    entities_expanding(call, set, all, shown, &[])
}

/// The same with relations that can be expanded.
pub(crate) fn entities_expanding<T: Entity>(
    call: &Call<'_>,
    set: &str,
    all: &[T],
    shown: impl Fn(&T) -> bool,
    expansions: &[Expansion<T>],
) -> Result<Reply> {
    call.query.refuse_unsimulated_but(&expandable(expansions))?;
    let all = if call.emptied() { &[] } else { all };
    let properties = selection::<T>(call)?;
    let filter = filter(call, |name| T::property(name).is_some(), T::TYPE)?;
    let fits = |object: &T| shown(object) && matches(call, filter.as_ref(), object);
    let max = if call.query.selects("signInActivity") {
        SIGN_IN_PAGE
    } else {
        MAX_PAGE
    };
    let size = call.page(PAGE, max);
    let position: Position = call.position()?;
    let count = wants_count(call).then(|| all.iter().filter(|object| fits(object)).count());
    let mut page = PageWriter::new(&call.context(set, ""), count);
    if let Some(reply) = empty_page(call, &position) {
        return Ok(reply(page));
    }
    let rest = all.iter().enumerate().skip(position.at);
    for (written, (at, object)) in rest.filter(|(_, object)| fits(object)).enumerate() {
        if written == size {
            let link = call.next_link(&Position { at, empty: 0 });
            return Ok(page.finish(Some(("@odata.nextLink", &link))));
        }
        let out = page.item();
        out.push(b'{');
        write_properties(
            out,
            call.tenant,
            object,
            properties.iter().copied(),
            Nulls::Written,
        );
        for (name, value) in expanded(call, object, expansions) {
            out.push(b',');
            write_text(out, name);
            out.push(b':');
            write_value(out, &value);
        }
        novelty(call, out, at as u64);
        out.push(b'}');
    }
    Ok(page.finish(None))
}

/// The fault of a page without items that is not the last.
fn empty_page(call: &Call<'_>, position: &Position) -> Option<impl FnOnce(PageWriter) -> Reply> {
    let due = call.twist.empty_page && position.empty < 3;
    let link = due.then(|| {
        call.next_link(&Position {
            at: position.at,
            empty: position.empty + 1,
        })
    })?;
    Some(move |page: PageWriter| page.finish(Some(("@odata.nextLink", &link))))
}

/// The fault of a member that no client knows: a new value, or `null`.
pub(crate) fn novelty(call: &Call<'_>, out: &mut Vec<u8>, number: u64) {
    if chance(call.twist.novel_member, &[call.twist.seed, number, 1]) {
        let value = if number.is_multiple_of(2) {
            "null"
        } else {
            "\"unknownFutureValue\""
        };
        if !out.ends_with(b"{") {
            out.push(b',');
        }
        out.extend_from_slice(b"\"extension_c0ffee_lifecycleTier\":");
        out.extend_from_slice(value.as_bytes());
    }
}

/// How many entities match, as text.
pub(crate) fn count<T: Entity>(
    call: &Call<'_>,
    all: &[T],
    shown: impl Fn(&T) -> bool,
) -> Result<Reply> {
    if !call.query.eventual {
        return Err(GraphError::bad_request(
            "$count is not currently supported.",
        ));
    }
    let filter = filter(call, |name| T::property(name).is_some(), T::TYPE)?;
    let all = if call.emptied() { &[] } else { all };
    let count = all
        .iter()
        .filter(|object| shown(object) && matches(call, filter.as_ref(), *object))
        .count();
    Ok(Reply::text(count.to_string()))
}

/// One entity.
pub(crate) fn entity<T: Entity>(call: &Call<'_>, set: &str, object: &T) -> Result<Reply> {
    if !call.query.expand.is_empty() {
        return Err(GraphError::not_simulated("$expand on this path"));
    }
    let properties = selection::<T>(call)?;
    let mut out = b"{\"@odata.context\":".to_vec();
    write_text(&mut out, &call.context(set, "/$entity"));
    write_properties(
        &mut out,
        call.tenant,
        object,
        properties.into_iter(),
        Nulls::Written,
    );
    out.push(b'}');
    Ok(Reply::json(out))
}

/// What a place of a collection holds.
pub(crate) trait Described {
    /// Whether no place is empty, so that the places are as many as the documents.
    const FULL: bool;
    fn document(self) -> Option<Value>;
}

impl Described for Value {
    const FULL: bool = true;

    fn document(self) -> Option<Value> {
        Some(self)
    }
}

impl Described for Option<Value> {
    const FULL: bool = false;

    fn document(self) -> Option<Value> {
        self
    }
}

/// A page of documents that are made as JSON when they are needed, so that a page of a large collection costs no
/// more than one of a small collection.
///
/// A document that is `None` is not in the collection: so a collection can be made of numbered places, some of them
/// empty, and a page far into it is found at once.
pub(crate) fn documents<S, D: Described>(
    call: &Call<'_>,
    set: &str,
    entity: &str,
    all: impl Iterator<Item = S> + Clone,
    describe: impl Fn(S) -> D,
) -> Result<Reply> {
    documents_expanding(call, set, entity, all, describe, &[])
}

/// The same with relations that can be expanded; each is told by the whole document.
pub(crate) fn documents_expanding<S, D: Described>(
    call: &Call<'_>,
    set: &str,
    entity: &str,
    all: impl Iterator<Item = S> + Clone,
    describe: impl Fn(S) -> D,
    expansions: &[Expansion<Value>],
) -> Result<Reply> {
    call.query.refuse_unsimulated_but(&expandable(expansions))?;
    let all = all.take(if call.emptied() { 0 } else { usize::MAX });
    let describe = |source| describe(source).document();
    // What a few documents have is what the type has here.
    let sample: Vec<Value> = all.clone().filter_map(describe).take(SAMPLE).collect();
    let has = |name: &str| sample.is_empty() || sample.iter().any(|item| item.get(name).is_some());
    let filter = filter(call, has, entity)?;
    if let Some(unknown) = call.query.select.iter().flatten().find(|name| !has(name)) {
        return Err(GraphError::no_property(unknown, entity));
    }
    let (default, max) = sizes(call.route.template);
    let size = call.page(default, max);
    let position: Position = call.position()?;
    let fits = |item: &Value| {
        filter.as_ref().is_none_or(|filter| {
            filter.matches(&|name| item.get(name).cloned().unwrap_or(Value::Null))
        })
    };
    let counted = call.query.count && call.query.skip_token.is_none();
    let count = counted.then(|| {
        if D::FULL && filter.is_none() {
            all.clone().count()
        } else {
            all.clone().filter_map(describe).filter(fits).count()
        }
    });
    let mut page = PageWriter::new(&call.context(set, ""), count);
    if let Some(reply) = empty_page(call, &position) {
        return Ok(reply(page));
    }
    let rest = all
        .enumerate()
        .skip(position.at)
        .filter_map(|(at, source)| Some((at, describe(source)?)));
    for (written, (at, item)) in rest.filter(|(_, item)| fits(item)).enumerate() {
        if written == size {
            let link = call.next_link(&Position { at, empty: 0 });
            return Ok(page.finish(Some(("@odata.nextLink", &link))));
        }
        let mut shown = selected(call, &item);
        for (name, value) in expanded(call, &item, expansions) {
            if let Some(map) = shown.as_object_mut() {
                map.insert(name.to_owned(), value);
            }
        }
        write_value(page.item(), &shown);
    }
    Ok(page.finish(None))
}

/// The default and maximum page of a collection of documents.
fn sizes(template: &str) -> (usize, usize) {
    match template {
        "auditLogs/signIns" | "auditLogs/directoryAudits" => (LOG_PAGE, LOG_PAGE),
        _ => (PAGE, MAX_PAGE),
    }
}

/// One document.
pub(crate) fn document(call: &Call<'_>, set: &str, suffix: &str, item: &Value) -> Reply {
    let mut out = b"{\"@odata.context\":".to_vec();
    write_text(&mut out, &call.context(set, suffix));
    for (name, value) in selected(call, item).as_object().into_iter().flatten() {
        out.push(b',');
        write_text(&mut out, name);
        out.push(b':');
        write_value(&mut out, value);
    }
    out.push(b'}');
    Reply::json(out)
}

/// The one document of a path that has no list.
pub(crate) fn singleton(call: &Call<'_>, set: &str, suffix: &str, item: &Value) -> Result<Reply> {
    call.query.refuse_unsimulated()?;
    if call.query.filter.is_some() {
        return Err(GraphError::not_simulated("$filter on this path"));
    }
    let mut selected = call.query.select.iter().flatten();
    if let Some(unknown) = selected.find(|name| item.get(name).is_none()) {
        return Err(GraphError::no_property(unknown, set));
    }
    Ok(document(call, set, suffix, item))
}

/// One document that some pages of the documentation show inside `value`, and that comes so where it was asked for.
pub(crate) fn single(call: &Call<'_>, set: &str, item: &Value) -> Result<Reply> {
    if call.access.wrap_single {
        call.query.refuse_unsimulated()?;
        let item = selected(call, item);
        return Ok(Reply::value(
            &serde_json::json!({"@odata.context": call.context(set, ""), "value": item}),
        ));
    }
    singleton(call, set, "", item)
}

fn selected(call: &Call<'_>, item: &Value) -> Value {
    let mut item = item.clone();
    if let (Some(names), Some(map)) = (&call.query.select, item.as_object_mut()) {
        map.retain(|name, _| name.starts_with('@') || names.contains(name));
    }
    item
}
