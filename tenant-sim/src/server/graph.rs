//! A request to Graph, from its arrival to its answer.

use http::Method;

use crate::access::Access;
use crate::call::{Call, DeltaRules, Twist};
use crate::credential::Bearer;
use crate::fault::{After, Early, Failure, Injector, Situation};
use crate::guid;
use crate::odata::query::Query;
use crate::reply::{Content, GraphError, Reply, Result};
use crate::resource;
use crate::retry_after::RetryAfter;
use crate::route::Route;
use crate::server::delivery::Delivery;
use crate::server::endpoint::Endpoint;
use crate::server::received::Received;
use crate::server::shared::{Control, Shared};
use crate::server::version::Versioned;
use crate::throttle::LimitCheck;

/// Answers a request that came over the network.
pub(crate) fn answer(
    shared: &Shared,
    received: &Received,
    request_id: &str,
    client_request_id: &str,
) -> Delivery {
    let refused =
        |error| Delivery::Reply(shared.refuse(error, request_id, client_request_id), None);
    let endpoint = shared.endpoint(&received.path);
    let name = endpoint.as_ref().map_or("unknown", Endpoint::name);
    if received.method != Method::GET {
        let mut control = shared.control();
        control.recorder.stats.writes += 1;
        let error = if endpoint.is_some() {
            GraphError::denied()
        } else {
            GraphError::new(
                405,
                "Request_BadRequest",
                "Specified HTTP method is not allowed for the request target.",
            )
        };
        control
            .recorder
            .answered(received.method.as_str(), name, error.status);
        drop(control);
        return refused(error);
    }
    let Some(endpoint) = &endpoint else {
        let segment = received
            .path
            .trim_start_matches('/')
            .split('/')
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        shared.control().recorder.answered("GET", name, 400);
        return refused(GraphError::no_segment(&segment));
    };
    let delivery = read(shared, received, endpoint, request_id, client_request_id);
    let status = if let Delivery::Reply(reply, _) = &delivery {
        reply.status
    } else {
        0
    };
    shared.control().recorder.answered("GET", name, status);
    delivery
}

/// Answers a read: waits, faults, token, limits, then the resource.
fn read(
    shared: &Shared,
    received: &Received,
    endpoint: &Endpoint,
    request_id: &str,
    client_request_id: &str,
) -> Delivery {
    let refused =
        |error| Delivery::Reply(shared.refuse(error, request_id, client_request_id), None);
    let route = &endpoint.route;
    let key = received.key();
    let query = match Query::parse(&received.query, &received.headers) {
        Ok(query) => query,
        Err(error) => return refused(error),
    };
    let token = bearer(received);
    {
        let mut control = shared.control();
        control.recorder.arrived(key);
        if let Some(error) = throttled_all(&mut control, key) {
            return refused(error);
        }
        let bearer = token.map_or(0, fingerprint);
        let fault = control
            .faults
            .before(Situation::of(key, route.template, bearer, &query));
        match fault {
            None => {}
            Some(Early::Reset) => return Delivery::Dropped,
            Some(Early::Expired(expiry)) => {
                drop(control);
                return with_call(
                    shared,
                    received,
                    route,
                    &query,
                    Access::default(),
                    Twist::default(),
                    |call| refused(resource::delta::expired_by_fault(call, expiry)),
                );
            }
            Some(Early::Failure(failure)) => {
                let error = failed(&mut control, key, &failure);
                return match error {
                    Ok(error) => refused(error),
                    Err(reply) => Delivery::Reply(reply, None),
                };
            }
        }
    }
    match checked(shared, received, endpoint, &query, token, key) {
        Err(error) => refused(error),
        Ok(reply) => {
            let mut control = shared.control();
            let spoilt: Option<After> = control.faults.after(key);
            if spoilt.is_none_or(|spoilt| spoilt == After::Slow) && !has_next_link(&reply.body) {
                control.faults.finished(route.template);
            }
            drop(control);
            Delivery::Reply(redirect_link(shared, reply), spoilt)
        }
    }
}

/// Answers a read that no fault replaces. Reads inside a batch come here as well.
pub(crate) fn checked(
    shared: &Shared,
    received: &Received,
    endpoint: &Endpoint,
    query: &Query,
    token: Option<&str>,
    key: u64,
) -> Result<Reply> {
    let route = &endpoint.route;
    let users = shared.tenant().users.len();
    let mut control = shared.control();
    let mut access = control.access.clone();
    access.without_roles = authenticate(&mut control, token)?;
    let scope = format!("{}/{}", shared.client_id, shared.tenant_id);
    let LimitCheck { headers, rejected } = control.throttle.admit(route, query, users, &scope);
    if let Some(rejected) = rejected {
        let mut error = GraphError::new(429, "TooManyRequests", "Please retry again later.");
        error.headers = headers;
        return Err(match rejected.retry_after {
            None => error,
            Some(wait) => {
                control.recorder.asked_to_wait(key, wait.until);
                error.with_header("retry-after", wait.header)
            }
        });
    }
    let twist = twist(&mut control.faults);
    drop(control);
    let answer = with_call(shared, received, route, query, access, twist, |call| {
        endpoint.answer(call)
    });
    answer.map(|mut reply| {
        reply.headers.extend(headers);
        reply
    })
}

fn with_call<R>(
    shared: &Shared,
    received: &Received,
    route: &Route,
    query: &Query,
    mut access: Access,
    twist: Twist,
    use_it: impl FnOnce(&Call<'_>) -> R,
) -> R {
    let delta = {
        let control = shared.control();
        DeltaRules {
            epoch: control.epoch,
            expiry: control.expiry,
        }
    };
    let tenant = shared.tenant();
    access.unlicensed.extend(tenant.unlicensed.iter().copied());
    let prefer = received
        .header("prefer")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let max_page = prefer
        .split([',', ';'])
        .find_map(|part| part.trim().strip_prefix("odata.maxpagesize=")?.parse().ok());
    use_it(&Call {
        tenant: &tenant,
        route,
        query,
        access: &access,
        beta: Versioned::of(&received.path).is_some_and(|versioned| versioned.beta),
        path: &received.path,
        origin: &shared.origin,
        minimal: prefer.contains("return=minimal"),
        prefer_page: max_page,
        page_size: shared.page_size,
        link_key: shared.link_key,
        now: shared.clock.now(),
        delta,
        twist,
    })
}

/// The bearer token of a request.
pub(crate) fn bearer(received: &Received) -> Option<&str> {
    let (scheme, token) = received.header("authorization")?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// Checks the token; the answer says whether it carries no roles.
pub(crate) fn authenticate(control: &mut Control, token: Option<&str>) -> Result<bool> {
    let Some(token) = token else {
        control.recorder.stats.without_bearer += 1;
        return Err(GraphError::unauthorized("Access token is empty."));
    };
    match control.tokens.check(token) {
        Bearer::Good => Ok(false),
        Bearer::WithoutRoles => Ok(true),
        Bearer::Expired => {
            control.recorder.stats.wrong_bearer += 1;
            Err(GraphError::unauthorized(
                "Lifetime validation failed, the token is expired.",
            ))
        }
        Bearer::Unknown => {
            control.recorder.stats.wrong_bearer += 1;
            Err(GraphError::unauthorized(
                "IDX14100: JWT is not well formed, or was not issued for this tenant.",
            ))
        }
    }
}

/// The answer to everything while the whole tenant is throttled.
fn throttled_all(control: &mut Control, key: u64) -> Option<GraphError> {
    let wait = RetryAfter::whole_seconds(control.throttle_all?);
    control.recorder.asked_to_wait(key, wait.until);
    Some(
        GraphError::new(429, "TooManyRequests", "Please retry again later.")
            .with_header("retry-after", wait.header),
    )
}

/// A fault as Graph's error envelope, or as the foreign body that a gateway sends.
fn failed(
    control: &mut Control,
    key: u64,
    failure: &Failure,
) -> std::result::Result<GraphError, Reply> {
    match failure {
        Failure::Throttled(wait) => {
            let error = GraphError::new(429, "TooManyRequests", "Please retry again later.");
            Ok(match wait {
                None => error,
                Some(wait) => {
                    control.recorder.asked_to_wait(key, wait.until);
                    error.with_header("retry-after", wait.header.clone())
                }
            })
        }
        Failure::Unavailable(status) => Ok(match status {
            503 => GraphError::new(
                503,
                "serviceNotAvailable",
                "The service is temporarily unavailable.",
            ),
            504 => GraphError::new(
                504,
                "GatewayTimeout",
                "The server, while acting as a proxy, did not receive a timely response.",
            ),
            502 => GraphError::new(502, "BadGateway", "Failed to execute backend request."),
            _ => GraphError::new(
                *status,
                "InternalServerError",
                "There was an internal server error while processing the request.",
            ),
        }),
        Failure::Unauthorized => Ok(GraphError::unauthorized(
            "Lifetime validation failed, the token is expired.",
        )),
        Failure::PageTokenLost => Ok(GraphError::new(
            400,
            "DirectoryPageTokenNotFoundException",
            "The page token was not found. Start the listing again.",
        )),
        Failure::Html(status) => {
            let page = format!(
                "<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><h1>Our services aren't available right now</h1></body></html>\n"
            );
            Err(Reply {
                content: Content::Html,
                ..Reply::text(page)
            }
            .with_status(*status))
        }
        Failure::Empty(status) => Err(Reply::text(String::new()).with_status(*status)),
    }
}

/// The faults that shape the content of this answer.
fn twist(faults: &mut Injector) -> Twist {
    let rate = faults.plan().empty_page;
    let empty_page = faults.draw(rate);
    let plan = faults.plan();
    Twist {
        empty_page,
        seed: plan.seed,
        duplicate: plan.duplicate,
        replay: plan.replay,
        reorder: plan.reorder,
        partial_object: plan.partial_object,
        removed_in_initial: plan.removed_in_initial,
        novel_member: plan.novel_member,
    }
}

const NEXT_LINK: &[u8] = b"\"@odata.nextLink\":\"";

/// Where the nextLink of a page begins; it is the last member, so it is looked for from the end.
fn next_link_at(body: &[u8]) -> Option<usize> {
    let tail = body.len().saturating_sub(128 * 1024);
    let rest = body.get(tail..)?;
    rest.windows(NEXT_LINK.len())
        .rposition(|window| window == NEXT_LINK)
        .map(|at| tail + at + NEXT_LINK.len())
}

fn has_next_link(body: &[u8]) -> bool {
    next_link_at(body).is_some()
}

/// Sends one nextLink to another host, if that was asked for or drawn.
fn redirect_link(shared: &Shared, mut reply: Reply) -> Reply {
    let origin = shared.origin.as_bytes();
    let is_own = |at: &usize| {
        reply
            .body
            .get(*at..)
            .is_some_and(|link| link.starts_with(origin))
    };
    let Some(at) = next_link_at(&reply.body).filter(is_own) else {
        return reply;
    };
    let mut control = shared.control();
    let rate = control.faults.plan().foreign_next_link;
    let drawn = control
        .faults
        .draw(rate)
        .then(|| "https://graph.attacker.example".to_owned());
    let Some(foreign) = control.foreign.take().or(drawn) else {
        return reply;
    };
    reply
        .body
        .splice(at..at + origin.len(), foreign.into_bytes());
    reply
}

/// Hashes a bearer token, so that it is not kept.
fn fingerprint(token: &str) -> u64 {
    token
        .bytes()
        .fold(1, |sum, byte| guid::mix(sum ^ u64::from(byte)))
}
