//! Applications and service principals, told by their number: those of Microsoft, those bought, the organisation's
//! own, and one identity that Azure manages.

use crate::clock::DAY;
use crate::guid::Guid;
use crate::tenant::Tenant;
use crate::tenant::user::User;

/// Microsoft Graph.
pub(crate) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// The tenant that owns Microsoft's own applications.
pub(crate) const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
/// The role of somebody who is assigned to an application without one.
pub(crate) const DEFAULT_ROLE: &str = "00000000-0000-0000-0000-000000000000";
/// An expanded list of owners is cut at fewer than these; one application has so many.
const CROWD: usize = 25;

/// Name and app id of Microsoft's applications; the first is [`GRAPH`].
pub(crate) const MICROSOFTS: [(&str, &str); 10] = [
    ("Microsoft Graph", GRAPH),
    (
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
    ),
    (
        "Office 365 SharePoint Online",
        "00000003-0000-0ff1-ce00-000000000000",
    ),
    (
        "Windows Azure Active Directory",
        "00000002-0000-0000-c000-000000000000",
    ),
    (
        "Microsoft Teams Services",
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    ),
    ("Microsoft Intune", "0000000a-0000-0000-c000-000000000000"),
    (
        "Office 365 Management APIs",
        "c5393580-f805-4401-95e8-94b7a6ef2fc2",
    ),
    (
        "Windows Azure Service Management API",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ),
    (
        "Microsoft Graph Command Line Tools",
        "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    ),
    ("Azure Key Vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
];

/// Applications that were bought, and whether their publisher is verified.
pub(crate) const BOUGHT: [(&str, bool); 5] = [
    ("Contract Signing", true),
    ("Expense Reports", true),
    ("Travel Desk", true),
    ("Whiteboard Extra", false),
    ("Mail Merge Helper", false),
];

const NAMES: [&str; 12] = [
    "HR Connector",
    "Invoice Importer",
    "Badge Printing",
    "CRM Sync",
    "Backup Agent",
    "Reporting Portal",
    "Time Tracking",
    "Help Desk Bot",
    "Web Shop",
    "Build Server",
    "Room Booking",
    "Document Archive",
];

/// Application permissions of Microsoft Graph: id, value, and whether they let one change things.
pub(crate) const ROLES: [(&str, &str, bool); 10] = [
    (
        "df021288-bdef-4463-88db-98f22de89214",
        "User.Read.All",
        false,
    ),
    (
        "5b567255-7703-4780-807c-7be8301ae99b",
        "Group.Read.All",
        false,
    ),
    (
        "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
        "Directory.Read.All",
        false,
    ),
    (
        "b0afded3-3588-46d8-8b3d-9842eff778da",
        "AuditLog.Read.All",
        false,
    ),
    (
        "332a536c-c7ef-4017-ab91-336970924f0d",
        "Sites.Read.All",
        false,
    ),
    ("810c84a8-4a9e-49e6-bf7d-12d183f40d01", "Mail.Read", false),
    (
        "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
        "Mail.ReadWrite",
        true,
    ),
    ("b633e1c5-b582-4048-a93e-9f11b44c7e96", "Mail.Send", true),
    (
        "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
        "Directory.ReadWrite.All",
        true,
    ),
    (
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
        "RoleManagement.ReadWrite.Directory",
        true,
    ),
];

/// Delegated permissions of Microsoft Graph: id, value, and who may consent.
pub(crate) const SCOPES: [(&str, &str, &str); 6] = [
    ("e1fe6dd8-ba31-4d61-89e7-88639da4683d", "User.Read", "User"),
    ("37f7f235-527c-4136-accd-4a02d197296e", "openid", "User"),
    ("14dad69e-099b-42c9-810b-d002981feec1", "profile", "User"),
    (
        "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
        "offline_access",
        "User",
    ),
    ("570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "Mail.Read", "User"),
    (
        "df85f4d6-205c-4ac5-a5ea-6bf408dba283",
        "Files.Read.All",
        "User",
    ),
];

/// What a service principal stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Principal {
    /// The place in [`MICROSOFTS`].
    Microsoft(usize),
    /// The place in [`BOUGHT`].
    Bought(usize),
    /// The number of the organisation's application.
    Own(usize),
    /// An identity that Azure manages.
    Managed,
}

/// A secret or certificate of an application; times are relative to the tenant's base time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Credential {
    pub(crate) certificate: bool,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// The name of the organisation's application of this number.
pub(crate) fn name(number: usize) -> String {
    let name = NAMES.get(number % NAMES.len()).copied().unwrap_or_default();
    match number / NAMES.len() {
        0 => name.to_owned(),
        round => format!("{name} {}", round + 1),
    }
}

pub(crate) fn app_id(tenant: &Tenant, number: usize) -> String {
    tenant.derived_text("app id", number as u64)
}

/// The number of the organisation's application with this app id.
pub(crate) fn number_of_app(tenant: &Tenant, app_id: &str) -> Option<usize> {
    let number = usize::try_from(tenant.number_of("app id", app_id)?).ok()?;
    (number < tenant.applications).then_some(number)
}

pub(crate) fn object_id(tenant: &Tenant, number: usize) -> String {
    tenant.derived_text("application", number as u64)
}

/// The service principal of the organisation's application of this number.
pub(crate) fn own_principal_id(tenant: &Tenant, number: usize) -> String {
    tenant.derived_text(
        "service principal",
        (MICROSOFTS.len() + BOUGHT.len() + number) as u64,
    )
}

/// Credentials: of six applications one has a secret that is over, one a certificate, one none, one two that live
/// too long, one a certificate that is over beside a good secret, one a good secret. The second application has a
/// secret that ends in ten days.
pub(crate) fn credentials(number: usize) -> Vec<Credential> {
    let new = |certificate, start: i64, end: i64| Credential {
        certificate,
        start: start * DAY,
        end: end * DAY,
    };
    match number % 6 {
        0 => vec![new(false, -405, -40)],
        1 => vec![new(false, -355, if number == 1 { 10 } else { 200 })],
        2 => vec![new(true, -65, 300)],
        3 => Vec::new(),
        4 => vec![new(false, -700, 1_100), new(true, -700, 395)],
        _ => vec![new(true, -800, -70), new(false, -100, 80)],
    }
}

impl Tenant {
    pub(crate) fn principal_count(&self) -> usize {
        MICROSOFTS.len() + BOUGHT.len() + self.applications + 1
    }

    /// The service principal at a place.
    pub(crate) fn principal(&self, at: usize) -> Option<Principal> {
        let bought = MICROSOFTS.len();
        let own = bought + BOUGHT.len();
        let last = own + self.applications;
        match at {
            at if at < bought => Some(Principal::Microsoft(at)),
            at if at < own => Some(Principal::Bought(at - bought)),
            at if at < last => Some(Principal::Own(at - own)),
            at if at == last => Some(Principal::Managed),
            _ => None,
        }
    }

    /// The place of the service principal with this object id.
    pub(crate) fn principal_at(&self, id: &str) -> Option<usize> {
        let at = usize::try_from(self.number_of("service principal", id)?).ok()?;
        self.principal(at).map(|_| at)
    }

    pub(crate) fn principal_id(&self, at: usize) -> String {
        self.derived_text("service principal", at as u64)
    }

    /// Who looks after an application: a crowd after the third, nobody after the fourth.
    pub(crate) fn application_owners(&self, number: usize) -> Vec<Guid> {
        match number {
            2 => self.members().take(CROWD).map(|user| user.id).collect(),
            3 => Vec::new(),
            _ => self.some_people("application owner", number as u64, 1 + number % 2),
        }
    }

    /// Who looks after a service principal: somebody after every fourth of the organisation's own.
    pub(crate) fn principal_owners(&self, at: usize) -> Vec<Guid> {
        match self.principal(at) {
            Some(Principal::Own(number)) if number.is_multiple_of(4) => {
                self.some_people("principal owner", number as u64, 1)
            }
            _ => Vec::new(),
        }
    }

    /// The application permissions that the organisation's application was given.
    pub(crate) fn granted_roles(&self, number: usize) -> impl Iterator<Item = usize> + Clone {
        let many = 1 + self.draw_below("granted roles", number as u64, 3);
        let first = self.draw_below("granted role", number as u64, ROLES.len() as u64);
        (0..many)
            .filter_map(move |next| usize::try_from((first + next * 3) % ROLES.len() as u64).ok())
    }

    /// Who is assigned to an application that was bought: some people, and a group.
    pub(crate) fn assigned(&self, bought: usize) -> Vec<Guid> {
        let many = 3 + usize::try_from(self.draw_below("assigned", bought as u64, 20)).unwrap_or(0);
        let mut ids = self.some_people("assigned person", bought as u64, many);
        let groups: Vec<Guid> = self.live_groups().take(8).map(|group| group.id).collect();
        ids.extend(self.draw_from("assigned group", bought as u64, &groups));
        ids
    }

    fn members(&self) -> impl Iterator<Item = &User> {
        self.live_users().filter(|user| !user.guest)
    }

    /// So many different people, or fewer in a small tenant.
    fn some_people(&self, what: &str, number: u64, many: usize) -> Vec<Guid> {
        let mut ids: Vec<Guid> = Vec::with_capacity(many);
        for next in 0..many as u64 {
            if let Some(user) = self.draw_person(what, number * 64 + next)
                && !ids.contains(&user.id)
            {
                ids.push(user.id);
            }
        }
        ids
    }
}
