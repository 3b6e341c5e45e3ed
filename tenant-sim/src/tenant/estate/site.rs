//! The sites of a tenant: the root, one of each Microsoft 365 group, and one of each person.

use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::estate::mailbox::holds_plan;
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::user::User;
use crate::tenant::user_property::{display_name, principal_name};

/// Whose a site is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner<'t> {
    Root,
    Group(&'t Group),
    Person(&'t User),
}

/// Places where a site may be: those of deleted groups and of people without a plan for one stay empty.
pub(crate) fn places(tenant: &Tenant) -> usize {
    1 + tenant.groups.len() + tenant.users.len()
}

/// The site at a place, if there is one.
pub(crate) fn at(tenant: &Tenant, place: usize) -> Option<Owner<'_>> {
    let Some(place) = place.checked_sub(1) else {
        return Some(Owner::Root);
    };
    if let Some(group) = tenant.groups.get(place) {
        return group_site(group).then_some(Owner::Group(group));
    }
    let user = tenant.users.get(place - tenant.groups.len())?;
    person_site(tenant, user).then_some(Owner::Person(user))
}

/// Whether a group has a site.
pub(crate) fn group_site(group: &Group) -> bool {
    group.live() && matches!(group.kind, GroupKind::Microsoft365 | GroupKind::Dynamic)
}

/// Whether somebody has a personal site.
pub(crate) fn person_site(tenant: &Tenant, user: &User) -> bool {
    user.live() && !user.guest && holds_plan(tenant, user, "SharePoint", "SHAREPOINT")
}

impl Owner<'_> {
    fn key(self) -> Guid {
        match self {
            Self::Root => 0,
            Self::Group(group) => group.id,
            Self::Person(user) => user.id,
        }
    }

    /// The ids of the site collection and of its web.
    pub(crate) fn ids(self, tenant: &Tenant) -> (Guid, Guid) {
        let part = |what| guid::guid(tenant.draw(what, 0), (self.key() >> 64) as u64);
        (part("site"), part("web"))
    }

    /// `contoso.sharepoint.com`, `contoso-my.sharepoint.com`
    pub(crate) fn host(self, tenant: &Tenant) -> String {
        let name = tenant.initial_domain.split('.').next().unwrap_or_default();
        match self {
            Self::Person(_) => format!("{name}-my.sharepoint.com"),
            _ => format!("{name}.sharepoint.com"),
        }
    }

    pub(crate) fn url(self, tenant: &Tenant) -> String {
        let host = self.host(tenant);
        match self {
            Self::Root => format!("https://{host}"),
            Self::Group(group) => {
                let letters = group.name.chars().filter(char::is_ascii_alphanumeric);
                format!("https://{host}/sites/{}", letters.collect::<String>())
            }
            Self::Person(user) => {
                let name = principal_name(tenant, user).to_lowercase();
                let name: String = name
                    .chars()
                    .map(|letter| {
                        if letter.is_ascii_alphanumeric() {
                            letter
                        } else {
                            '_'
                        }
                    })
                    .collect();
                format!("https://{host}/personal/{name}")
            }
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Root => "Communication site".to_owned(),
            Self::Group(group) => group.name.clone(),
            Self::Person(user) => display_name(user),
        }
    }

    /// Seconds relative to the tenant's base time.
    pub(crate) fn created(self) -> i64 {
        match self {
            Self::Root => -2_500 * crate::clock::DAY,
            Self::Group(group) => group.created,
            Self::Person(user) => user.created,
        }
    }
}
