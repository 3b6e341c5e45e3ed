//! Software that was found on managed devices.
//! <https://learn.microsoft.com/graph/api/resources/intune-devices-detectedapp>
//!
//! A device either has a product or not, in one version. Which one follows from the device, so that the devices of
//! an app and its number of devices agree without a list of either.

use crate::guid::Guid;
use crate::tenant::Tenant;
use crate::tenant::estate::managed::{self, Managed, Platform};
use crate::tenant::estate::software::{PRODUCTS, Product};
use crate::tenant::estate::{among, roll};

/// Versions of a product that are about, newest first, with their shares in per cent.
const SHARES: [u64; 4] = [58, 25, 12, 5];

/// An app of the listing: a product in one version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DetectedApp {
    product: usize,
    version: usize,
    what: &'static Product,
}

/// Every version of every product, also those that no device has.
pub(crate) fn all() -> impl Iterator<Item = DetectedApp> {
    PRODUCTS.iter().enumerate().flat_map(|(product, what)| {
        (0..SHARES.len()).map(move |version| DetectedApp {
            product,
            version,
            what,
        })
    })
}

/// The apps that at least one device has, each with its number of devices.
pub(crate) fn found(tenant: &Tenant) -> Vec<(DetectedApp, usize)> {
    let mut counts: Vec<usize> = vec![0; PRODUCTS.len() * SHARES.len()];
    for number in 0..managed::places(tenant) {
        let Some(device) = Managed::at(tenant, number) else {
            continue;
        };
        for (product, what) in PRODUCTS.iter().enumerate() {
            if what.2 == device.platform
                && let Some(version) = version_on(product, what, device.id)
                && let Some(count) = counts.get_mut(product * SHARES.len() + version)
            {
                *count += 1;
            }
        }
    }
    let counted = all().zip(counts);
    counted.filter(|(_, count)| *count > 0).collect()
}

/// The version of a product that a device of its platform has, if it has the product.
fn version_on(product: usize, what: &Product, device: Guid) -> Option<usize> {
    let question = 1_000 + product as u64;
    if !among(device, question, what.3) {
        return None;
    }
    let lot = roll(device, question + 500) % 100;
    let mut below = 0;
    SHARES.iter().position(|share| {
        below += share;
        lot < below
    })
}

impl DetectedApp {
    pub(crate) fn name(&self) -> &'static str {
        self.what.0
    }

    pub(crate) fn publisher(&self) -> &'static str {
        self.what.1
    }

    pub(crate) fn platform(&self) -> Platform {
        self.what.2
    }

    pub(crate) fn size(&self) -> u64 {
        self.what.5
    }

    /// Ids of detected apps are longer than those of other things.
    pub(crate) fn id(&self, tenant: &Tenant) -> String {
        let number = self.product * SHARES.len() + self.version;
        let first = tenant.derived_id("detected app", number as u64);
        let second = tenant.derived_id("detected app, rest", number as u64);
        format!("{first:032x}{second:032x}")
    }

    pub(crate) fn version(&self) -> String {
        let (product, back) = (self.product as u64, self.version as u64);
        let minor = product * 7 % 40 + 12 - back * 3;
        let build = 4_000 + product * 131 % 5_000 - back * 57;
        format!("{}.{minor}.{build}.{}", self.what.4, product * 13 % 90)
    }

    /// The device at a place, if the app is on it. The id alone says most of the time that it is not.
    pub(crate) fn on<'t>(&self, tenant: &'t Tenant, at: usize) -> Option<Managed<'t>> {
        let id = tenant.derived_id("managed device", at as u64);
        if version_on(self.product, self.what, id) != Some(self.version) {
            return None;
        }
        Managed::at(tenant, at).filter(|device| device.platform == self.what.2)
    }
}
