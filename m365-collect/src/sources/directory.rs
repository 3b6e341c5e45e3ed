//! The tenant itself, its domains, people, groups, units, devices and contacts.

use std::sync::Arc;

use super::shape::{DeltaSource, FanOutSource, ListSource, TrackedRelation};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::endpoint::Endpoint;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::Relation;

/// `mobileDeviceManagementAuthority` comes only when it is asked for.
const ORGANIZATION: &[&str] = &[
    "id",
    "displayName",
    "tenantType",
    "partnerTenantType",
    "createdDateTime",
    "verifiedDomains",
    "assignedPlans",
    "provisionedPlans",
    "onPremisesSyncEnabled",
    "onPremisesLastSyncDateTime",
    "mobileDeviceManagementAuthority",
    "countryLetterCode",
    "country",
    "city",
    "state",
    "street",
    "postalCode",
    "preferredLanguage",
    "defaultUsageLocation",
    "businessPhones",
    "technicalNotificationMails",
    "securityComplianceNotificationMails",
    "securityComplianceNotificationPhones",
    "marketingNotificationEmails",
    "privacyProfile",
];

/// Only what is selected is sent, and only its changes are tracked:
/// <https://learn.microsoft.com/graph/api/user-delta>.
const USER: &[&str] = &[
    "id",
    "userPrincipalName",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "accountEnabled",
    "userType",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "createdDateTime",
    "creationType",
    "department",
    "jobTitle",
    "companyName",
    "employeeId",
    "employeeType",
    "officeLocation",
    "city",
    "country",
    "usageLocation",
    "onPremisesSyncEnabled",
    "onPremisesImmutableId",
    "passwordPolicies",
    "lastPasswordChangeDateTime",
    "assignedLicenses",
    "assignedPlans",
    "proxyAddresses",
];

/// <https://learn.microsoft.com/graph/api/group-delta>
const GROUP: &[&str] = &[
    "id",
    "displayName",
    "description",
    "mail",
    "mailEnabled",
    "securityEnabled",
    "groupTypes",
    "membershipRule",
    "visibility",
    "isAssignableToRole",
    "resourceProvisioningOptions",
    "onPremisesSyncEnabled",
    "createdDateTime",
    "assignedLicenses",
    "members",
    "owners",
];

const GROUP_RELATIONS: &[TrackedRelation] = &[
    TrackedRelation {
        property: "members",
        annotation: "members@delta",
        relation: Relation::MEMBER,
    },
    TrackedRelation {
        property: "owners",
        annotation: "owners@delta",
        relation: Relation::OWNER,
    },
];

const DEVICE: &[&str] = &[
    "id",
    "deviceId",
    "displayName",
    "operatingSystem",
    "operatingSystemVersion",
    "accountEnabled",
    "trustType",
    "profileType",
    "isCompliant",
    "isManaged",
    "managementType",
    "manufacturer",
    "model",
    "deviceOwnership",
    "enrollmentType",
    "mdmAppId",
    "registrationDateTime",
    "approximateLastSignInDateTime",
    "onPremisesSyncEnabled",
];

/// Members of these are shown to an application with a permission of its own:
/// <https://learn.microsoft.com/graph/api/group-list-members>.
const HIDDEN: (&str, &str) = ("visibility", "HiddenMembership");

const DOMAINS: SourceId = SourceId::new("domains");
const UNITS: SourceId = SourceId::new("administrative_units");

pub(super) fn sources() -> Family {
    let mut sources = tenant();
    sources.extend(people());
    sources.extend(groups());
    sources.extend(devices_and_contacts());
    sources
}

fn tenant() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("organization", "the tenant and its service plans")
                .permission("Organization.Read.All")
                .page("https://learn.microsoft.com/graph/api/organization-list"),
            Kind::ORGANIZATION,
            Endpoint::new("organization").select(ORGANIZATION),
        )),
        Arc::new(ListSource::new(
            Descriptor::full("domains", "domains of the tenant")
                .permission("Domain.Read.All")
                .page("https://learn.microsoft.com/graph/api/domain-list"),
            Kind::DOMAIN,
            "domains",
        )),
        Arc::new(
            FanOutSource::new(
                Descriptor::full(
                    "domain_service_records",
                    "DNS records that services of domains need",
                )
                .permission("Domain.Read.All")
                .after(DOMAINS)
                .every(DAILY)
                .page(
                    "https://learn.microsoft.com/graph/api/domain-list-serviceconfigurationrecords",
                )
                .remark("what should be in the DNS; nothing says that it is"),
                Kind::DOMAIN_DNS_RECORD,
                Kind::DOMAIN,
                "domains/{id}/serviceConfigurationRecords",
            )
            .collection()
            .related(Relation::DNS_RECORD),
        ),
        Arc::new(
            FanOutSource::new(
                Descriptor::full(
                    "domain_verification_records",
                    "DNS records that prove who owns a domain",
                )
                .permission("Domain.Read.All")
                .after(DOMAINS)
                .every(DAILY)
                .page("https://learn.microsoft.com/graph/api/domain-list-verificationdnsrecords"),
                Kind::DOMAIN_DNS_RECORD,
                Kind::DOMAIN,
                "domains/{id}/verificationDnsRecords",
            )
            .collection()
            .related(Relation::DNS_RECORD),
        ),
    ]
}

fn people() -> Family {
    vec![
        Arc::new(
            DeltaSource::new(
                Descriptor::delta("users", "people and guests")
                    .permission("User.Read.All")
                    .counted("users")
                    .privacy(Privacy::Identity)
                    .page("https://learn.microsoft.com/graph/api/user-delta"),
                Kind::USER,
                "users",
                USER,
            )
            .parts_by("userPrincipalName"),
        ),
        Arc::new(
            ListSource::relations(
                Descriptor::full("user_managers", "whom people report to")
                    .permission("User.Read.All")
                    .every(DAILY)
                    .privacy(Privacy::Identity)
                    .page("https://learn.microsoft.com/graph/api/user-list-manager"),
                Endpoint::new("users")
                    .select(&["id"])
                    .expand("manager($select=id)")
                    .top(999),
            )
            .related_to_one("manager", Relation::MANAGER),
        ),
        // Apart from the people themselves: a tenant without the license is refused the whole page.
        Arc::new(ListSource::new(
            Descriptor::full("sign_in_activity", "when people last signed in")
                .permission("AuditLog.Read.All")
                .permission("User.Read.All")
                .needs_entra_p1()
                // An application may ask ten times a minute, over all its tenants together:
                // https://learn.microsoft.com/graph/throttling-limits
                .every(DAILY)
                .privacy(Privacy::Behaviour)
                .page("https://learn.microsoft.com/graph/api/resources/signinactivity")
                .remark(
                    "ten requests a minute over all tenants of the application; never with $count",
                ),
            Kind::SIGN_IN_ACTIVITY,
            Endpoint::new("users")
                .select(&["id", "signInActivity"])
                // No page with sign-in activity may be larger.
                .top(500),
        )),
    ]
}

fn groups() -> Family {
    vec![
        Arc::new(
            DeltaSource::new(
                Descriptor::delta(
                    "groups",
                    "groups of every sort with their members and owners",
                )
                .permission("Group.Read.All")
                .counted("groups")
                .privacy(Privacy::Identity)
                .page("https://learn.microsoft.com/graph/api/group-delta")
                .leaves_out(
                    "members of groups with hidden membership, for an application without \
                     Member.Read.Hidden: the outcome names the permission, and facts call the members \
                     of these groups withheld; \
                     https://learn.microsoft.com/graph/api/group-list-members. Of members that the \
                     application may not read only the id comes, which is all that is kept: \
                     https://learn.microsoft.com/graph/permissions-overview",
                ),
                Kind::GROUP,
                "groups",
                GROUP,
            )
            .relations(GROUP_RELATIONS)
            .withheld(HIDDEN, Relation::MEMBER, "Member.Read.Hidden"),
        ),
        Arc::new(ListSource::new(
            Descriptor::full(
                "administrative_units",
                "parts of the directory administered by themselves",
            )
            .permission("AdministrativeUnit.Read.All")
            .every(SOMETIMES)
            .page("https://learn.microsoft.com/graph/api/directory-list-administrativeunits"),
            Kind::ADMINISTRATIVE_UNIT,
            "directory/administrativeUnits",
        )),
        Arc::new(
            FanOutSource::relations(
                Descriptor::full(
                    "administrative_unit_members",
                    "who and what belongs to administrative units",
                )
                .permission("AdministrativeUnit.Read.All")
                .after(UNITS)
                .every(SOMETIMES)
                .privacy(Privacy::Identity)
                .page("https://learn.microsoft.com/graph/api/administrativeunit-list-members")
                .leaves_out(
                    "members of units with hidden membership, for an application without \
                     Member.Read.Hidden: the outcome names the permission",
                ),
                Kind::ADMINISTRATIVE_UNIT,
                Endpoint::new("directory/administrativeUnits/{id}/members")
                    .select(&["id"])
                    .top(999),
                Relation::UNIT_MEMBER,
            )
            .withheld(HIDDEN, "Member.Read.Hidden"),
        ),
    ]
}

fn devices_and_contacts() -> Family {
    vec![
        Arc::new(
            ListSource::new(
                Descriptor::full(
                    "devices",
                    "devices that the directory knows, with their owners",
                )
                .permission("Device.Read.All")
                .counted("devices")
                .every(SOMETIMES)
                .privacy(Privacy::Identity)
                .page("https://learn.microsoft.com/graph/api/device-list"),
                Kind::DEVICE,
                Endpoint::new("devices")
                    .select(DEVICE)
                    .expand("registeredOwners($select=id)")
                    .top(999),
            )
            .related("registeredOwners", Relation::REGISTERED_OWNER),
        ),
        Arc::new(ListSource::new(
            Descriptor::full("org_contacts", "contacts of the organization")
                .permission("OrgContact.Read.All")
                .every(DAILY)
                .privacy(Privacy::Identity)
                .page("https://learn.microsoft.com/graph/api/orgcontact-list"),
            Kind::ORG_CONTACT,
            Endpoint::new("contacts").top(999),
        )),
    ]
}
