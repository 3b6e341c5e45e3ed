//! A person in the tenant, kept small: what can be derived is derived when it is written out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::guid::Guid;

/// Where an object is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Live,
    /// In the recycle bin: delta says `changed`.
    SoftDeleted,
    /// Gone for good: delta says `deleted`.
    Purged,
}

/// Per-user multifactor state.
/// <https://learn.microsoft.com/graph/api/resources/strongauthenticationrequirements>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PerUserMfa {
    #[default]
    Disabled,
    Enabled,
    Enforced,
}

impl PerUserMfa {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Enforced => "enforced",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Disabled, Self::Enabled, Self::Enforced]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// Authentication methods as the registration report names them.
/// <https://learn.microsoft.com/graph/api/resources/userregistrationdetails>
pub(crate) const METHODS: [&str; 9] = [
    "microsoftAuthenticatorPush",
    "softwareOneTimePasscode",
    "mobilePhone",
    "email",
    "fido2",
    "windowsHelloForBusiness",
    "microsoftAuthenticatorPasswordless",
    "passKeyDeviceBound",
    "securityQuestion",
];

/// A set of [`METHODS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct MethodSet(u16);

impl MethodSet {
    pub(crate) const PUSH: Self = Self(1);
    pub(crate) const PASSCODE: Self = Self(1 << 1);
    pub(crate) const PHONE: Self = Self(1 << 2);
    pub(crate) const EMAIL: Self = Self(1 << 3);
    pub(crate) const FIDO2: Self = Self(1 << 4);
    pub(crate) const HELLO: Self = Self(1 << 5);
    pub(crate) const PASSWORDLESS: Self = Self(1 << 6);
    pub(crate) const PASSKEY: Self = Self(1 << 7);
    const QUESTION: Self = Self(1 << 8);

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        METHODS
            .into_iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, name)| name)
    }

    /// The set of these names; `None` if one is not a method.
    pub(crate) fn parse(names: &[&str]) -> Option<Self> {
        names.iter().try_fold(Self(0), |set, name| {
            let bit = METHODS.iter().position(|known| known == name)?;
            Some(Self(set.0 | (1 << bit)))
        })
    }

    /// A second factor: e-mail and security questions only reset passwords.
    pub(crate) fn second_factor(self) -> bool {
        self.0 & !(Self::EMAIL.0 | Self::QUESTION.0) != 0
    }

    pub(crate) fn passwordless(self) -> bool {
        self.has(
            Self::FIDO2
                .with(Self::HELLO)
                .with(Self::PASSWORDLESS)
                .with(Self::PASSKEY),
        )
    }
}

/// When somebody signed in, in seconds relative to the tenant's base time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignIns {
    pub(crate) interactive: i64,
    pub(crate) non_interactive: i64,
}

/// A person. Around 120 bytes, so that a million fit.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: Guid,
    pub(crate) given: u16,
    pub(crate) surname: u16,
    /// Makes the user principal name unique; 0 is not written.
    pub(crate) suffix: u32,
    pub(crate) department: u8,
    pub(crate) title: u8,
    pub(crate) place: u8,
    pub(crate) life: Life,
    pub(crate) enabled: bool,
    pub(crate) guest: bool,
    pub(crate) mfa: PerUserMfa,
    pub(crate) methods: MethodSet,
    /// One bit per SKU of the tenant.
    pub(crate) licenses: u16,
    /// Seconds relative to the tenant's base time.
    pub(crate) created: i64,
    pub(crate) sign_ins: Option<SignIns>,
    /// Values set by edits; they win over what is derived. `null` means cleared.
    pub(crate) set: BTreeMap<&'static str, Value>,
    pub(crate) bin: Option<Box<Bin>>,
}

/// What a deleted object takes with it, to come back on restore.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bin {
    /// Deletion time, seconds since 1970.
    pub(crate) at: i64,
    pub(crate) member_of: Vec<Guid>,
    pub(crate) owner_of: Vec<Guid>,
}

impl User {
    pub(crate) fn live(&self) -> bool {
        self.life == Life::Live
    }

    pub(crate) fn set_value(&mut self, name: &'static str, value: Value) {
        self.set.insert(name, value);
    }
}
