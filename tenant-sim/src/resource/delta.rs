//! Delta queries over the change log.
//! <https://learn.microsoft.com/graph/delta-query-overview>, <https://learn.microsoft.com/graph/delta-query-groups>
//!
//! A round is a list of entries that follows from its token alone: the range of the log, the `$select`, and the
//! faults that were on when it began. A page asked for twice is the same page, unless the tenant changed; values
//! are always those of now, and what changes after the round began is in the next one too.

mod round;
mod tracked;
mod write;

use crate::call::Call;
use crate::expiry::Expiry;
use crate::list::PageWriter;
use crate::odata::filter::Filter;
use crate::odata::link;
use crate::reply::{GraphError, Reply, Result};
use crate::tenant::change::Relation;
use crate::tenant::group::Group;
use crate::tenant::property::Property;
use crate::tenant::user::User;
use round::Round;
use tracked::Tracked;
use write::{Room, write_entry};

/// Objects on a page.
const PAGE: usize = 100;
const MAX_PAGE: usize = 999;
/// `$filter` takes this many ids.
const MAX_IDS: usize = 50;

pub(crate) fn users(call: &Call<'_>) -> Result<Reply> {
    answer::<User>(call)
}

pub(crate) fn groups(call: &Call<'_>) -> Result<Reply> {
    answer::<Group>(call)
}

/// What a round tracks of each object.
struct Tracking<T: 'static> {
    properties: Vec<&'static Property<T>>,
    relations: Vec<Relation>,
}

impl<T: Tracked> Tracking<T> {
    fn of(select: Option<&[String]>) -> Result<Self> {
        let Some(names) = select else {
            let mut properties: Vec<_> = T::defaults().collect();
            properties.sort_by_key(|property| property.name != "id");
            return Ok(Self {
                properties,
                relations: vec![Relation::Members, Relation::Owners],
            });
        };
        let mut tracking = Self {
            properties: T::property("id").into_iter().collect(),
            relations: Vec::new(),
        };
        for name in names {
            match (name.as_str(), T::SET) {
                ("id", _) => {}
                ("members", "groups") => tracking.relations.push(Relation::Members),
                ("owners", "groups") => tracking.relations.push(Relation::Owners),
                ("signInActivity", _) => {
                    return Err(GraphError::unsupported_query(
                        "signInActivity is not supported by delta queries.",
                    ));
                }
                _ => tracking
                    .properties
                    .push(T::property(name).ok_or_else(|| GraphError::no_property(name, T::TYPE))?),
            }
        }
        Ok(tracking)
    }
}

fn answer<T: Tracked>(call: &Call<'_>) -> Result<Reply> {
    call.query.refuse_unsimulated()?;
    let tenant = call.tenant;
    let end = T::log(tenant).end();
    let token = call
        .query
        .delta_token
        .as_deref()
        .filter(|token| !token.is_empty());
    let carried = token
        .filter(|token| *token != "latest")
        .or(call.query.skip_token.as_deref());
    if carried.is_some() && (call.query.select.is_some() || call.query.filter.is_some()) {
        return Err(GraphError::bad_request(
            "Query options are part of the token and cannot be given again.",
        ));
    }
    if call.query.top.is_some() {
        return Err(GraphError::unsupported_query(
            "$top is not supported by delta queries.",
        ));
    }
    let round = match carried {
        None => {
            let round = Round::initial(T::all(tenant).len(), end, call);
            Round {
                ids: filter_ids(call)?,
                ..round
            }
        }
        Some(token) => {
            let round: Round = link::open(call.link_key, token)
                .ok_or_else(|| GraphError::bad_request("Badly formed token."))?;
            if round.set != T::SET || round.is_delta_link() != call.query.delta_token.is_some() {
                return Err(GraphError::bad_request("Badly formed token."));
            }
            if let Some(expiry) = call.delta.expiry.filter(|_| round.epoch < call.delta.epoch) {
                return Err(expired::<T>(call, expiry, Some(&round)));
            }
            if round.is_stale(call.now) {
                return Err(expired::<T>(call, Expiry::GoneWithLocation, Some(&round)));
            }
            round.redeemed(end, call)
        }
    };
    let round = Round {
        set: T::SET.to_owned(),
        ..round
    };
    let tracking = Tracking::<T>::of(round.select.as_deref())?;
    if token == Some("latest") {
        let page = PageWriter::new(&context::<T>(call, &round), None);
        let link = delta_link::<T>(call, &round);
        return Ok(page.finish(Some(("@odata.deltaLink", &link))));
    }
    Ok(page::<T>(call, &round, &tracking))
}

/// The ids of `$filter=id eq '…' or id eq '…'`, the only filter that delta takes.
fn filter_ids(call: &Call<'_>) -> Result<Option<Vec<String>>> {
    let Some(text) = &call.query.filter else {
        return Ok(None);
    };
    let ids = Filter::parse(text)?
        .ids()
        .filter(|ids| ids.len() <= MAX_IDS);
    ids.map(Some).ok_or_else(|| {
        GraphError::unsupported_query(
            "Only 'id eq' filters of up to 50 objects are supported by delta queries.",
        )
    })
}

/// The documented answers to a token that is too old.
pub(crate) fn expired<T: Tracked>(
    call: &Call<'_>,
    expiry: Expiry,
    round: Option<&Round>,
) -> GraphError {
    let gone = || {
        GraphError::new(
            410,
            "Gone",
            "The delta token is too old. Start again from the Location header, or without a token.",
        )
    };
    match expiry {
        Expiry::GoneWithLocation => {
            let select = round.and_then(|round| round.select.as_ref());
            let select =
                select.map_or_else(String::new, |names| format!("$select={}&", names.join(",")));
            let location = format!(
                "{}/{}/{}/delta?{select}$deltatoken=",
                call.origin,
                call.version(),
                T::SET
            );
            gone().with_header("location", location)
        }
        Expiry::GoneWithoutLocation => gone(),
        Expiry::SyncStateNotFound => GraphError::new(
            400,
            "syncStateNotFound",
            "The sync state generation is not found. A full synchronization is required.",
        ),
    }
}

/// The expiry of a token as a fault.
pub(crate) fn expired_by_fault(call: &Call<'_>, expiry: Expiry) -> GraphError {
    let token = call
        .query
        .delta_token
        .as_deref()
        .or(call.query.skip_token.as_deref());
    let round: Option<Round> = token.and_then(|token| link::open(call.link_key, token));
    if call.route.template.starts_with("groups") {
        expired::<Group>(call, expiry, round.as_ref())
    } else {
        expired::<User>(call, expiry, round.as_ref())
    }
}

fn context<T: Tracked>(call: &Call<'_>, round: &Round) -> String {
    let selected = round
        .select
        .as_ref()
        .map_or_else(String::new, |names| format!("({})", names.join(",")));
    format!(
        "{}/{}/$metadata#{}{selected}",
        call.origin,
        call.version(),
        T::SET
    )
}

fn next_link<T: Tracked>(call: &Call<'_>, round: &Round) -> String {
    let token = link::seal(call.link_key, round);
    format!(
        "{}/{}/{}/delta?$skiptoken={token}",
        call.origin,
        call.version(),
        T::SET
    )
}

fn delta_link<T: Tracked>(call: &Call<'_>, round: &Round) -> String {
    let token = link::seal(call.link_key, &round.finished(call.now));
    format!(
        "{}/{}/{}/delta?$deltatoken={token}",
        call.origin,
        call.version(),
        T::SET
    )
}

fn page<T: Tracked>(call: &Call<'_>, round: &Round, tracking: &Tracking<T>) -> Reply {
    let mut page = PageWriter::new(&context::<T>(call, round), None);
    if call.twist.empty_page && round.empty < 3 {
        let again = Round {
            empty: round.empty + 1,
            ..round.clone()
        };
        return page.finish(Some(("@odata.nextLink", &next_link::<T>(call, &again))));
    }
    let size = match call.page_size {
        Some(size) => size.max(1),
        None => call.prefer_page.unwrap_or(PAGE).clamp(1, MAX_PAGE),
    };
    let mut room = Room::of(size);
    let entries = round::entries::<T>(
        call.tenant,
        round,
        &tracking.relations,
        &tracking.properties,
    );
    let entries: Box<dyn Iterator<Item = _>> = if call.emptied() {
        Box::new(std::iter::empty())
    } else {
        entries
    };
    let mut after = round.after.clone();
    for (at, entry) in entries {
        if room.is_full() {
            let rest = Round {
                at,
                after: None,
                empty: 0,
                ..round.clone()
            };
            return page.finish(Some(("@odata.nextLink", &next_link::<T>(call, &rest))));
        }
        // The place to go on from is only good for the object it was in.
        let start = after.take().filter(|_| at == round.at);
        if let Some(stopped) =
            write_entry::<T>(call, &mut page, &entry, tracking, start.as_ref(), &mut room)
        {
            let rest = Round {
                at,
                after: Some(stopped),
                empty: 0,
                ..round.clone()
            };
            return page.finish(Some(("@odata.nextLink", &next_link::<T>(call, &rest))));
        }
    }
    page.finish(Some(("@odata.deltaLink", &delta_link::<T>(call, round))))
}
