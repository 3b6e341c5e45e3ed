//! Ids that know their number: an object is found by its id without an index.

use crate::guid::{self, Guid};
use crate::tenant::Tenant;

/// What an id is of; the same number has another id in another set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    ManagedDevice = 1,
    CompliancePolicy,
    DeviceConfiguration,
    ConfigurationPolicy,
    MobileApp,
    DetectedApp,
    /// The second half of the id of a detected app.
    DetectedAppRest,
    SensitivityLabel,
    Site,
    Web,
    Intune,
}

/// The bits of a GUID that hold the number: the low 32.
const NUMBER: Guid = 0xFFFF_FFFF;

fn key(seed: u64, set: Set) -> u64 {
    guid::mix(seed ^ guid::mix(0x65_7374_6174 + set as u64))
}

/// The number is hidden by the other bits of the id, which are as random as those of any GUID.
fn mask(id: Guid, key: u64) -> Guid {
    let seen = (id >> 64) as u64;
    Guid::from(guid::mix(seen ^ key)) & NUMBER
}

/// The id of the object with this number.
pub(crate) fn id(tenant: &Tenant, set: Set, number: usize) -> Guid {
    made(key(tenant.seed, set), number)
}

fn made(key: u64, number: usize) -> Guid {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let id = guid::guid(key, number.into());
    (id & !NUMBER) | (mask(id, key) ^ Guid::from(number))
}

/// The number of the object with this id; `None` if no object of the set has it.
pub(crate) fn number(tenant: &Tenant, set: Set, wanted: Guid) -> Option<usize> {
    found(key(tenant.seed, set), wanted)
}

fn found(key: u64, wanted: Guid) -> Option<usize> {
    let number = u32::try_from((wanted & NUMBER) ^ mask(wanted, key)).ok()?;
    let number = usize::try_from(number).ok()?;
    (made(key, number) == wanted).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_by_its_id() {
        for at in 0..10_000 {
            let id = made(key(7, Set::ManagedDevice), at);
            assert_eq!(found(key(7, Set::ManagedDevice), id), Some(at));
            assert_eq!(found(key(7, Set::MobileApp), id), None);
            assert_eq!(found(key(8, Set::ManagedDevice), id), None);
            assert_eq!(guid::parse(&guid::text(id)), Some(id));
        }
        assert_eq!(found(key(7, Set::ManagedDevice), guid::guid(7, 3)), None);
    }
}
