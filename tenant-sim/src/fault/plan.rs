//! How often each fault happens.

/// How often each fault happens: rates between 0 and 1, drawn from the seed in the order in which requests arrive.
///
/// Every fault is one that a correct client survives: the truth can always still be read. No request fails more
/// than [`max_in_a_row`](Self::max_in_a_row) times in a row; an expired token is not followed by another one
/// before the resync ended; a fresh bearer token works.
///
/// ```
/// use tenant_sim::FaultPlan;
///
/// let plan = FaultPlan { throttled: 0.2, empty_page: 0.1, ..FaultPlan::none() };
/// assert_eq!(plan.reset_mid_body, 0.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FaultPlan {
    /// The same seed and requests give the same faults.
    pub seed: u64,
    /// 429 with `Retry-After`: whole seconds, decimal seconds or a date, in turn.
    /// <https://learn.microsoft.com/graph/throttling>
    pub throttled: f64,
    /// 429 without `Retry-After`.
    pub throttled_without_retry_after: f64,
    /// 503, 504, 500 or 502 with Graph's error envelope.
    pub unavailable: f64,
    /// 502 or 503 with an HTML body.
    pub html_error: f64,
    /// 500 or 503 with an empty body.
    pub empty_error: f64,
    /// The connection closes before the answer.
    pub reset_before_answer: f64,
    /// The connection closes in the middle of the body.
    pub reset_mid_body: f64,
    /// A 200 whose JSON stops in the middle, although the response is complete.
    pub truncated_body: f64,
    /// The body arrives in small pieces over about a tenth of a second.
    pub slow_body: f64,
    /// 401 for a bearer token that was good a moment ago; a new token works.
    pub unauthorized: f64,
    /// A page without items that has a nextLink.
    /// <https://learn.microsoft.com/graph/paging>
    pub empty_page: f64,
    /// An object twice in a delta round.
    /// <https://learn.microsoft.com/graph/delta-query-overview>
    pub duplicate: f64,
    /// An object of an earlier delta round again, as it is now.
    pub replay: f64,
    /// A user deleted and restored (or changed and deleted) in one round appears as both, in the wrong order;
    /// `GET users/{id}` tells which is true.
    pub reorder: f64,
    /// A changed object carries only what changed, without being asked to.
    pub partial_object: f64,
    /// A user in the recycle bin appears in an initial round as removed.
    pub removed_in_initial: f64,
    /// Objects carry a member that no client knows yet, with a new value or `null`.
    pub novel_member: f64,
    /// 410 with `Location` for a delta token.
    pub gone_with_location: f64,
    /// 410 without `Location` for a delta token.
    pub gone_without_location: f64,
    /// 400 `syncStateNotFound` for a delta token.
    pub sync_state_not_found: f64,
    /// 400 `DirectoryPageTokenNotFoundException` for a nextLink: the listing has to start again.
    pub page_token_lost: f64,
    /// A nextLink to another host, which a correct client refuses to follow with its token. No part of
    /// [`FaultPlan::hostile`], because that ends the listing.
    pub foreign_next_link: f64,
    /// A request inside a batch answers 429. Batches have no other faults: they are POSTs, which a reader need
    /// not send twice.
    /// <https://learn.microsoft.com/graph/json-batching>
    pub batch_throttled: f64,
    /// The token endpoint answers 503 or 429, or not at all.
    pub token_endpoint: f64,
    /// Multiplies every `Retry-After` above, which is at most one second at 1.0.
    pub retry_after_scale: f64,
    /// The most failures of one request in a row.
    pub max_in_a_row: u32,
}

impl FaultPlan {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self {
            seed: 0,
            throttled: 0.0,
            throttled_without_retry_after: 0.0,
            unavailable: 0.0,
            html_error: 0.0,
            empty_error: 0.0,
            reset_before_answer: 0.0,
            reset_mid_body: 0.0,
            truncated_body: 0.0,
            slow_body: 0.0,
            unauthorized: 0.0,
            empty_page: 0.0,
            duplicate: 0.0,
            replay: 0.0,
            reorder: 0.0,
            partial_object: 0.0,
            removed_in_initial: 0.0,
            novel_member: 0.0,
            gone_with_location: 0.0,
            gone_without_location: 0.0,
            sync_state_not_found: 0.0,
            page_token_lost: 0.0,
            foreign_next_link: 0.0,
            batch_throttled: 0.0,
            token_endpoint: 0.0,
            retry_after_scale: 1.0,
            max_in_a_row: 2,
        }
    }

    /// A bad day: every survivable fault at once, at rates at or above what the field reports.
    pub fn hostile(seed: u64) -> Self {
        Self {
            seed,
            throttled: 0.05,
            throttled_without_retry_after: 0.01,
            unavailable: 0.015,
            html_error: 0.003,
            empty_error: 0.002,
            reset_before_answer: 0.005,
            reset_mid_body: 0.01,
            truncated_body: 0.005,
            slow_body: 0.01,
            unauthorized: 0.01,
            empty_page: 0.05,
            duplicate: 0.05,
            replay: 0.05,
            reorder: 0.25,
            partial_object: 0.10,
            removed_in_initial: 0.50,
            novel_member: 0.10,
            gone_with_location: 0.005,
            gone_without_location: 0.003,
            sync_state_not_found: 0.005,
            page_token_lost: 0.005,
            foreign_next_link: 0.0,
            batch_throttled: 0.05,
            token_endpoint: 0.05,
            retry_after_scale: 0.2,
            max_in_a_row: 2,
        }
    }
}

impl Default for FaultPlan {
    fn default() -> Self {
        Self::none()
    }
}
