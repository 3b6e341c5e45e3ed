//! Those who wait for exactly the same, and when it is their turn.

use super::priority::Priority;
use crate::tenant::TenantId;

/// What tells apart those who wait for the same: head-of-line blocking stays among them.
pub(super) type FlowKey = (
    TenantId,
    Priority,
    Vec<(usize, Option<String>)>,
    Vec<String>,
);

/// Virtual time, ticket and flow: whose is least is next.
pub(super) type Turn = (u64, u64, u64);
