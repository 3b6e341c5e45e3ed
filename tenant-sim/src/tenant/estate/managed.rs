//! Devices that Intune manages: those of the directory that are managed, and what Intune alone knows of them.
//! <https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice>

use crate::clock::DAY;
use crate::guid::Guid;
use crate::tenant::Tenant;
use crate::tenant::device::Device;
use crate::tenant::estate::{among, roll};
use crate::tenant::user::User;

pub(crate) use crate::tenant::device::Os as Platform;

/// What Intune makes of a device as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compliance {
    Compliant,
    /// It is not compliant and counts as compliant for a few days more.
    Grace,
    Noncompliant,
    /// It has not been heard of for long enough.
    Unknown,
}

impl Compliance {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Grace => "inGracePeriod",
            Self::Noncompliant => "noncompliant",
            Self::Unknown => "unknown",
        }
    }
}

/// A managed device.
#[derive(Debug, Clone)]
pub(crate) struct Managed<'t> {
    /// The id that Intune gives it.
    pub(crate) id: Guid,
    pub(crate) device: Device,
    pub(crate) platform: Platform,
    /// The person it is for; a few are for nobody.
    pub(crate) owner: Option<&'t User>,
    pub(crate) compliance: Compliance,
}

/// Places where a managed device may be: those of devices that are not managed stay empty.
pub(crate) fn places(tenant: &Tenant) -> usize {
    tenant.device_count()
}

impl<'t> Managed<'t> {
    /// The managed device at a place, if there is one.
    pub(crate) fn at(tenant: &'t Tenant, at: usize) -> Option<Self> {
        let device = (at < places(tenant)).then(|| tenant.device(at))?;
        if !device.managed {
            return None;
        }
        let id = tenant.derived_id("managed device", at as u64);
        let compliance = if device.compliant {
            if among(id, 5, 40) {
                Compliance::Grace
            } else {
                Compliance::Compliant
            }
        } else if among(id, 6, 300) {
            Compliance::Unknown
        } else {
            Compliance::Noncompliant
        };
        Some(Self {
            id,
            platform: device.os,
            owner: device.owner.and_then(|owner| tenant.user(owner)),
            device,
            compliance,
        })
    }

    /// The managed device with this id.
    pub(crate) fn find(tenant: &'t Tenant, id: &str) -> Option<Self> {
        let at = tenant.number_of("managed device", id)?;
        Self::at(tenant, usize::try_from(at).ok()?)
    }

    /// As Intune names what it runs, which is not as the directory does.
    pub(crate) fn system(&self) -> &'static str {
        match self.platform {
            Platform::Windows => "Windows",
            Platform::MacOs => "macOS",
            Platform::Ios => "iOS",
            Platform::Android => "Android",
        }
    }

    /// Whether the disk is encrypted. Phones always are.
    pub(crate) fn encrypted(&self) -> bool {
        match self.compliance {
            _ if matches!(self.platform, Platform::Ios | Platform::Android) => true,
            Compliance::Compliant => true,
            _ => among(self.id, 7, 600),
        }
    }

    /// Whether Configuration Manager manages it too.
    pub(crate) fn managed_twice(&self) -> bool {
        self.platform == Platform::Windows && among(self.id, 8, 60)
    }

    /// Last contact, in seconds relative to the tenant's base time.
    pub(crate) fn synced(&self) -> i64 {
        self.device.last_seen
    }

    /// Until when it counts as compliant, in seconds relative to the base time.
    pub(crate) fn grace(&self) -> Option<i64> {
        let days = i64::try_from(1 + roll(self.id, 9) % 5).unwrap_or(1);
        (self.compliance == Compliance::Grace).then_some(days * DAY)
    }
}
