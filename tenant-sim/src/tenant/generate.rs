//! Tenants of any size, the same bytes for the same options.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::area::{Area, License};
use crate::clock::DAY;
use crate::guid::Guid;
use crate::tenant::Tenant;
use crate::tenant::example::{named_locations, policies};
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::name::{DEPARTMENTS, GIVEN, PLACES, SURNAME};
use crate::tenant::role::{BUILT_IN, Holding};
use crate::tenant::sku::{BUSINESS_PREMIUM, BUSINESS_STANDARD, E5, EXCHANGE_KIOSK, INTUNE, Sku};
use crate::tenant::user::{Life, MethodSet, PerUserMfa, SignIns, User};

/// What [`Tenant::generate`] makes. Shares are between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenerateOptions {
    /// The same seed and options give the same tenant.
    pub seed: u64,
    /// Accounts of every kind: members, guests, enabled and disabled.
    pub users: usize,
    /// Groups of every kind.
    pub groups: usize,
    /// The mean number of direct members of a group; sizes vary widely around it.
    pub members_per_group: usize,
    /// People who hold a role.
    pub administrators: usize,
    /// Share of guests.
    pub guests: f64,
    /// Share of disabled accounts.
    pub disabled: f64,
    /// Share of enabled accounts registered for MFA.
    pub mfa_registered: f64,
    /// Share of accounts that never signed in.
    pub never_signed_in: f64,
    /// Whether the tenant has Entra ID P1 and P2; without them every area that needs one answers that a license is
    /// missing.
    pub premium: bool,
    /// Devices that are registered in the directory; `None` makes six for ten accounts.
    pub devices: Option<usize>,
    /// Whether the tenant has Intune; without it every area of Intune answers that a license is missing.
    pub intune: bool,
    /// Applications that the organisation has registered.
    pub applications: usize,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            users: 200,
            groups: 20,
            members_per_group: 25,
            administrators: 8,
            guests: 0.06,
            disabled: 0.04,
            mfa_registered: 0.85,
            never_signed_in: 0.05,
            premium: true,
            devices: None,
            intune: true,
            applications: 12,
        }
    }
}

impl Tenant {
    /// Makes a tenant of any size. Names, departments, licenses, sign-ins, methods, nested groups, roles and
    /// policies follow from the seed.
    ///
    /// A million users take about 200 MB.
    pub fn generate(options: GenerateOptions) -> Self {
        let label = options.seed % 100_000;
        let domain = format!("tenant{label}.example");
        let initial = format!("tenant{label}.onmicrosoft.com");
        let mut tenant = Self::empty(options.seed, &format!("Tenant {label}"), &domain, &initial);
        let mut rng = Rng::with_seed(options.seed);
        let products = if options.premium {
            [BUSINESS_PREMIUM, E5, EXCHANGE_KIOSK]
        } else {
            [BUSINESS_STANDARD, EXCHANGE_KIOSK, EXCHANGE_KIOSK]
        };
        let products = if options.premium {
            &products[..]
        } else {
            &products[..2]
        };
        for product in products {
            let subscription = tenant.new_id();
            tenant.skus.push(Sku::new(*product, 0, subscription));
        }
        tenant.users.reserve(options.users);
        for number in 0..options.users {
            let user = tenant.random_user(&mut rng, number, &options);
            tenant.add_user(user);
        }
        for at in 0..tenant.skus.len() {
            // A few seats are bought and not assigned.
            let seats = u32::try_from(tenant.consumed(at)).unwrap_or(u32::MAX);
            if let Some(sku) = tenant.skus.get_mut(at) {
                sku.seats = seats.saturating_add(seats / 20 + 1);
            }
        }
        tenant.random_groups(&mut rng, &options);
        tenant.random_roles(&mut rng, options.administrators);
        tenant.policies = policies();
        tenant.named_locations = named_locations();
        tenant.founders = tenant.users.len();
        tenant.devices = options.devices.unwrap_or(options.users * 3 / 5);
        tenant.applications = options.applications;
        if options.intune && !options.premium {
            // Bought on its own; nobody holds it by name.
            let subscription = tenant.derived_id("subscription", 0);
            tenant.skus.push(Sku::new(INTUNE, 25, subscription));
        }
        let lacking = |area: &Area| match area.license() {
            Some(License::EntraP1 | License::EntraP2) => !options.premium,
            Some(License::Intune) => !options.intune,
            None => false,
        };
        tenant
            .unlicensed
            .extend(Area::ALL.into_iter().filter(lacking));
        tenant
    }

    pub(crate) fn random_user(
        &mut self,
        rng: &mut Rng,
        number: usize,
        options: &GenerateOptions,
    ) -> User {
        let guest = rng.f64() < options.guests;
        let enabled = rng.f64() >= options.disabled;
        let created = -rng.i64(1..2_000) * DAY;
        let licenses = match rng.u8(0..100) {
            _ if guest || !enabled => 0,
            0..=64 => 1,
            65..=84 if self.skus.len() > 2 => 1 << 1,
            85..=92 => 1 << (self.skus.len().max(1) - 1),
            _ => 0,
        };
        let methods = if enabled && rng.f64() < options.mfa_registered {
            match rng.u8(0..100) {
                0..=54 => MethodSet::PUSH,
                55..=69 => MethodSet::PUSH.with(MethodSet::PASSCODE),
                70..=84 => MethodSet::PHONE,
                85..=89 => MethodSet::FIDO2.with(MethodSet::PUSH),
                90..=94 => MethodSet::HELLO.with(MethodSet::PHONE),
                _ => MethodSet::PASSKEY.with(MethodSet::PASSWORDLESS),
            }
        } else if rng.u8(0..10) == 0 {
            MethodSet::EMAIL
        } else {
            MethodSet::default()
        };
        let mfa = match rng.u8(0..10) {
            0..=5 if methods.second_factor() => PerUserMfa::Enforced,
            6 if enabled => PerUserMfa::Enabled,
            _ => PerUserMfa::Disabled,
        };
        let sign_ins = (rng.f64() >= options.never_signed_in).then(|| {
            let days = if rng.u8(0..10) < 8 {
                rng.i64(0..30)
            } else {
                rng.i64(30..400)
            };
            let interactive = (-days * DAY - rng.i64(3_600..DAY)).max(created);
            SignIns {
                interactive,
                non_interactive: (interactive + rng.i64(0..3_600)).min(-1),
            }
        });
        User {
            id: self.new_id(),
            given: rng.u16(0..u16::try_from(GIVEN.len()).unwrap_or(1)),
            surname: rng.u16(0..u16::try_from(SURNAME.len()).unwrap_or(1)),
            suffix: u32::try_from(number + 1).unwrap_or(u32::MAX),
            department: rng.u8(0..u8::try_from(DEPARTMENTS.len()).unwrap_or(1)),
            title: rng.u8(0..3),
            place: rng.u8(0..u8::try_from(PLACES.len()).unwrap_or(1)),
            life: Life::Live,
            enabled,
            guest,
            mfa,
            methods,
            licenses,
            created,
            sign_ins,
            set: BTreeMap::new(),
            bin: None,
        }
    }

    fn random_groups(&mut self, rng: &mut Rng, options: &GenerateOptions) {
        const KINDS: [GroupKind; 5] = [
            GroupKind::Security,
            GroupKind::Microsoft365,
            GroupKind::Security,
            GroupKind::Distribution,
            GroupKind::MailEnabledSecurity,
        ];
        let mut nestable: Vec<Guid> = Vec::new();
        for number in 0..options.groups {
            // The last group is the one that may hold a role.
            let role_assignable = number + 1 == options.groups;
            let kind = if role_assignable {
                GroupKind::RoleAssignable
            } else {
                KINDS
                    .get(number % KINDS.len())
                    .copied()
                    .unwrap_or(GroupKind::Security)
            };
            let department = DEPARTMENTS
                .get(number % DEPARTMENTS.len())
                .map_or("Team", |(name, _)| *name);
            let id = self.new_id();
            let mut group = Group::new(id, kind, format!("{department} {}", number + 1));
            group.created = -rng.i64(1..1_500) * DAY;
            if rng.bool() {
                group.description = Some(format!("People of {department}"));
            }
            if kind == GroupKind::Microsoft365 && number % 10 == 1 {
                group.set_value("visibility", "HiddenMembership".into());
            }
            // Sizes vary: most groups are small, some hold several times the mean.
            let most = (options.members_per_group * if rng.u8(0..8) == 0 { 8 } else { 1 })
                .min(options.users);
            let size = if role_assignable {
                most.min(3)
            } else {
                rng.usize(0..=most)
            };
            for _ in 0..size {
                group.members.extend(self.random_user_id(rng));
            }
            for _ in 0..rng.usize(0..3) {
                group.owners.extend(self.random_user_id(rng));
            }
            if kind == GroupKind::Security {
                // Nested in earlier security groups, so that chains grow without cycles.
                if let Some(parent) = rng.choice(&nestable).filter(|_| rng.bool()).copied()
                    && let Some(parent) =
                        self.group_at(parent).and_then(|at| self.groups.get_mut(at))
                {
                    parent.members.insert(id);
                }
                nestable.push(id);
            }
            self.add_group(group);
        }
    }

    fn random_user_id(&self, rng: &mut Rng) -> Option<Guid> {
        rng.choice(&self.users).map(|user| user.id)
    }

    fn random_roles(&mut self, rng: &mut Rng, administrators: usize) {
        for number in 0..administrators {
            // At least two global administrators, as Microsoft advises.
            let role = if number < 2 {
                BUILT_IN.first()
            } else {
                rng.choice(BUILT_IN)
            };
            let holding = if number % 4 == 3 {
                Holding::Eligible
            } else {
                Holding::Active
            };
            if let (Some(principal), Some(role)) = (self.random_user_id(rng), role) {
                let start = -rng.i64(1..500) * DAY;
                self.hold_role(principal, role, holding, start);
            }
        }
        let group = self
            .groups
            .iter()
            .rev()
            .find(|group| group.kind == GroupKind::RoleAssignable)
            .map(|group| group.id);
        if let (Some(group), Some(role)) =
            (group, crate::tenant::role::find("Exchange Administrator"))
        {
            self.hold_role(group, role, Holding::Active, -100 * DAY);
        }
    }
}
