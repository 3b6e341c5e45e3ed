//! How much of a limit that tenants share each of them has used lately.

use std::collections::HashMap;
use std::time::Duration;

use crate::tenant::TenantId;

/// Use below this no longer counts: a request is forgotten after four windows.
const LEAST: f64 = 0.02;
/// The part of a fair share up to which a tenant counts as modest. It is less than all of it, so
/// that tenants which all take what they can get are never modest.
const MODEST: f64 = 0.5;

/// The use of a limit by tenant, fading with the window of the limit.
#[derive(Debug)]
pub(super) struct TenantUsage {
    window: Duration,
    of: HashMap<TenantId, (f64, Duration)>,
    forget_at: Duration,
}

impl TenantUsage {
    pub(super) fn new(window: Duration) -> Self {
        Self {
            window,
            of: HashMap::new(),
            forget_at: Duration::ZERO,
        }
    }

    /// Notes a use, or by a negative number that it did not come to it.
    pub(super) fn record(&mut self, tenant: &TenantId, units: f64, now: Duration) {
        if now >= self.forget_at {
            let window = self.window;
            self.of
                .retain(|_, use_of| faded(*use_of, window, now) >= LEAST);
            self.forget_at = now.saturating_add(window / 8);
        }
        let used = self.used(tenant, now);
        self.of
            .insert(tenant.clone(), ((used + units).max(0.0), now));
    }

    /// Whether others than this tenant have used the limit lately.
    pub(super) fn has_others(&self, tenant: &TenantId) -> bool {
        self.of.len() > usize::from(self.of.contains_key(tenant))
    }

    /// Whether a tenant stays well below its share, so that others should make room for it.
    #[expect(clippy::cast_precision_loss, reason = "a number of tenants")]
    pub(super) fn is_modest(
        &self,
        tenant: &TenantId,
        units: f64,
        limit: f64,
        now: Duration,
    ) -> bool {
        let tenants = self.of.len() + usize::from(!self.of.contains_key(tenant));
        self.used(tenant, now) + units <= MODEST * limit / tenants as f64
    }

    fn used(&self, tenant: &TenantId, now: Duration) -> f64 {
        self.of
            .get(tenant)
            .map_or(0.0, |use_of| faded(*use_of, self.window, now))
    }
}

fn faded((used, at): (f64, Duration), window: Duration, now: Duration) -> f64 {
    let windows =
        now.saturating_sub(at).as_secs_f64() / window.as_secs_f64().max(f64::MIN_POSITIVE);
    used * (-windows).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::new(name).unwrap()
    }

    #[test]
    fn who_takes_little_is_modest_and_who_takes_all_is_not() {
        let mut shares = TenantUsage::new(Duration::from_secs(10));
        let (quiet, noisy) = (tenant("quiet.example"), tenant("noisy.example"));
        for second in 0..100 {
            shares.record(&noisy, 10.0, Duration::from_secs(second));
            shares.record(&quiet, 1.0, Duration::from_secs(second));
        }
        let now = Duration::from_secs(100);
        assert!(shares.is_modest(&quiet, 1.0, 110.0, now));
        assert!(!shares.is_modest(&noisy, 1.0, 110.0, now));
        assert!(shares.has_others(&quiet) && shares.has_others(&noisy));
    }

    #[test]
    fn tenants_that_all_take_what_they_can_get_are_not_modest() {
        let mut shares = TenantUsage::new(Duration::from_secs(10));
        let both = [tenant("a.example"), tenant("b.example")];
        for second in 0..100 {
            for tenant in &both {
                shares.record(tenant, 5.0, Duration::from_secs(second));
            }
        }
        let now = Duration::from_secs(100);
        assert!(both.iter().all(|t| !shares.is_modest(t, 1.0, 100.0, now)));
    }

    #[test]
    fn who_left_is_forgotten() {
        let mut shares = TenantUsage::new(Duration::from_secs(10));
        let (gone, here) = (tenant("gone.example"), tenant("here.example"));
        shares.record(&gone, 1.0, Duration::ZERO);
        for second in 0..60 {
            shares.record(&here, 1.0, Duration::from_secs(second));
        }
        assert!(!shares.has_others(&here));
    }
}
