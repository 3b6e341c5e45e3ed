//! Devices of the directory: derived from their number, so that any number of them takes no memory.

use crate::area::Area;
use crate::clock::DAY;
use crate::guid::Guid;
use crate::tenant::Tenant;
use crate::tenant::user::User;

/// What a device runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "macOS is called so")]
pub(crate) enum Os {
    Windows,
    MacOs,
    Ios,
    Android,
}

impl Os {
    /// As the directory names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::MacOs => "MacMDM",
            Self::Ios => "IPhone",
            Self::Android => "AndroidForWork",
        }
    }

    /// Versions, the newest last.
    pub(crate) fn versions(self) -> &'static [&'static str] {
        match self {
            Self::Windows => &["10.0.19045.5011", "10.0.22631.4317", "10.0.26100.2033"],
            Self::MacOs => &["13.7.1", "14.7", "15.1"],
            Self::Ios => &["16.7.10", "17.7", "18.1"],
            Self::Android => &["12", "13", "14"],
        }
    }

    fn makes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Windows => &[
                ("LENOVO", "21HMCTO1WW"),
                ("Dell Inc.", "Latitude 7440"),
                ("Microsoft Corporation", "Surface Laptop 6"),
                ("HP", "HP EliteBook 840 G10"),
            ],
            Self::MacOs => &[("Apple", "MacBookPro18,3"), ("Apple", "Mac14,2")],
            Self::Ios => &[("Apple", "iPhone 14"), ("Apple", "iPad Air")],
            Self::Android => &[("samsung", "SM-S911B"), ("Google", "Pixel 8")],
        }
    }
}

/// A device: what the directory and Intune both tell of it.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "each is a fact of its own, and a device has two ids"
)]
pub(crate) struct Device {
    /// The id of the directory object.
    pub(crate) id: Guid,
    /// The id that Intune calls `azureADDeviceId`.
    pub(crate) device_id: Guid,
    /// The person it is registered to, unless they were deleted.
    pub(crate) owner: Option<Guid>,
    pub(crate) os: Os,
    pub(crate) version: &'static str,
    pub(crate) manufacturer: &'static str,
    pub(crate) model: &'static str,
    pub(crate) enabled: bool,
    /// Whether Intune manages it.
    pub(crate) managed: bool,
    /// Whether Intune finds it compliant; a device that is not managed is not.
    pub(crate) compliant: bool,
    /// Whether it belongs to the person.
    pub(crate) personal: bool,
    /// In seconds relative to the tenant's base time.
    pub(crate) registered: i64,
    pub(crate) last_seen: i64,
}

impl Device {
    pub(crate) fn name(&self) -> String {
        let stem = match self.os {
            Os::Windows => "PC",
            Os::MacOs => "MAC",
            Os::Ios => "IOS",
            Os::Android => "AND",
        };
        format!("{stem}-{:06X}", self.device_id & 0xFF_FFFF)
    }
}

impl Tenant {
    /// How many devices the directory has.
    pub(crate) fn device_count(&self) -> usize {
        self.devices
    }

    /// The device of this number.
    pub(crate) fn device(&self, at: usize) -> Device {
        let number = at as u64;
        let os = match self.draw_below("device os", number, 100) {
            0..60 => Os::Windows,
            60..75 => Os::MacOs,
            75..90 => Os::Ios,
            _ => Os::Android,
        };
        let (manufacturer, model) = self
            .draw_from("device make", number, os.makes())
            .copied()
            .unwrap_or_default();
        let chance = |what, percent| self.draw_below(what, number, 100) < percent;
        let managed =
            chance("device managed", 88) && !self.unlicensed.contains(&Area::ManagedDevices);
        let days = |what, bound| i64::try_from(self.draw_below(what, number, bound)).unwrap_or(0);
        let registered = -(30 + days("device age", 1_200)) * DAY;
        let stale = chance("device stale", 7);
        let away = if stale {
            90 + days("device away", 200)
        } else {
            days("device away", 20)
        };
        let second = days("device second", 80_000);
        Device {
            id: self.derived_id("device", number),
            device_id: self.derived_id("device id", number),
            owner: self
                .device_owner(number)
                .filter(|user| user.live())
                .map(|user| user.id),
            os,
            version: self
                .draw_from("device version", number, os.versions())
                .copied()
                .unwrap_or_default(),
            manufacturer,
            model,
            enabled: !chance("device disabled", 3),
            managed,
            compliant: managed && chance("device compliant", 90),
            personal: matches!(os, Os::Ios | Os::Android) && chance("device personal", 60),
            registered,
            last_seen: (-away * DAY - second).max(registered),
        }
    }

    /// The device with this object id.
    pub(crate) fn find_device(&self, id: &str) -> Option<Device> {
        let at = usize::try_from(self.number_of("device", id)?).ok()?;
        (at < self.devices).then(|| self.device(at))
    }

    /// The member a device was given to, deleted or not.
    fn device_owner(&self, number: u64) -> Option<&User> {
        let people = self.founders;
        let start = usize::try_from(self.draw_below("device owner", number, people as u64)).ok()?;
        (0..people)
            .filter_map(|step| self.users.get((start + step) % people))
            .find(|user| !user.guest)
    }
}
