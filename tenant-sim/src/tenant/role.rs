//! Directory roles: the common built-in ones, and who holds them.
//!
//! Template ids and the privileged mark are those of
//! <https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference>.

use crate::guid::Guid;

/// A built-in role.
#[derive(Debug)]
pub(crate) struct BuiltInRole {
    pub(crate) template_id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) privileged: bool,
    pub(crate) action: &'static str,
}

const fn role(
    template_id: &'static str,
    name: &'static str,
    privileged: bool,
    description: &'static str,
    action: &'static str,
) -> BuiltInRole {
    BuiltInRole {
        template_id,
        name,
        description,
        privileged,
        action,
    }
}

/// The built-in roles that the simulated tenant knows.
pub(crate) const BUILT_IN: &[BuiltInRole] = &[
    role(
        "62e90394-69f5-4237-9190-012177145e10",
        "Global Administrator",
        true,
        "Manages every aspect of the directory and the services that use it.",
        "microsoft.directory/users/allProperties/allTasks",
    ),
    role(
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
        "Privileged Role Administrator",
        true,
        "Manages role assignments and privileged identity management.",
        "microsoft.directory/roleAssignments/allProperties/allTasks",
    ),
    role(
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        "Privileged Authentication Administrator",
        true,
        "Resets the authentication methods of anyone, administrators included.",
        "microsoft.directory/users/authenticationMethods/create",
    ),
    role(
        "194ae4cb-b126-40b2-bd5b-6091b380977d",
        "Security Administrator",
        true,
        "Reads security reports and manages security configuration.",
        "microsoft.directory/policies/create",
    ),
    role(
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
        "Conditional Access Administrator",
        true,
        "Manages conditional access.",
        "microsoft.directory/conditionalAccessPolicies/create",
    ),
    role(
        "fe930be7-5e62-47db-91af-98c3a49a38b1",
        "User Administrator",
        true,
        "Manages users and groups, and resets the passwords of limited administrators.",
        "microsoft.directory/users/create",
    ),
    role(
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",
        "Authentication Administrator",
        true,
        "Resets the authentication methods of people who are not administrators.",
        "microsoft.directory/users/authenticationMethods/delete",
    ),
    role(
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        "Application Administrator",
        true,
        "Manages app registrations and enterprise applications.",
        "microsoft.directory/applications/create",
    ),
    role(
        "158c047a-c907-4556-b7ef-446551a6b5f7",
        "Cloud Application Administrator",
        true,
        "Manages app registrations and enterprise applications, without the application proxy.",
        "microsoft.directory/applications/delete",
    ),
    role(
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",
        "Helpdesk Administrator",
        true,
        "Resets the passwords of people who are not administrators.",
        "microsoft.directory/users/password/update",
    ),
    role(
        "966707d0-3269-4727-9be2-8c3a10f19b9d",
        "Password Administrator",
        true,
        "Resets the passwords of people who are not administrators.",
        "microsoft.directory/users/password/update",
    ),
    role(
        "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
        "Hybrid Identity Administrator",
        true,
        "Manages provisioning from on-premises directories.",
        "microsoft.directory/onPremisesSynchronization/allProperties/allTasks",
    ),
    role(
        "3a2c62db-5318-420d-8d74-23affee5d9d5",
        "Intune Administrator",
        true,
        "Manages Intune.",
        "microsoft.intune/allEntities/allTasks",
    ),
    role(
        "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        "Global Reader",
        true,
        "Reads everything a global administrator reads, and changes nothing.",
        "microsoft.directory/users/allProperties/read",
    ),
    role(
        "5d6b6bb7-de71-4623-b4af-96380a352509",
        "Security Reader",
        true,
        "Reads security information and reports.",
        "microsoft.directory/signInReports/allProperties/read",
    ),
    role(
        "29232cdf-9323-42fd-ade2-1d097af3e4de",
        "Exchange Administrator",
        false,
        "Manages Exchange.",
        "microsoft.office365.exchange/allEntities/basic/allTasks",
    ),
    role(
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
        "SharePoint Administrator",
        false,
        "Manages SharePoint.",
        "microsoft.office365.sharePoint/allEntities/allTasks",
    ),
    role(
        "69091246-20e8-4a56-aa4d-066075b2a7a8",
        "Teams Administrator",
        false,
        "Manages Teams.",
        "microsoft.teams/allEntities/allProperties/allTasks",
    ),
    role(
        "b0f54661-2d74-4c50-afa3-1ec803f12efe",
        "Billing Administrator",
        false,
        "Manages purchases and invoices.",
        "microsoft.commerce.billing/allEntities/allProperties/allTasks",
    ),
    role(
        "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        "Groups Administrator",
        false,
        "Manages groups and their settings.",
        "microsoft.directory/groups/create",
    ),
    role(
        "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
        "License Administrator",
        false,
        "Manages the licenses of people and groups.",
        "microsoft.directory/users/assignLicense",
    ),
    role(
        "17315797-102d-40b4-93e0-432062caca18",
        "Compliance Administrator",
        false,
        "Manages compliance configuration and reports.",
        "microsoft.office365.complianceManager/allEntities/allTasks",
    ),
    role(
        "4a5d8f65-41da-4de4-8968-e035b65339cf",
        "Reports Reader",
        false,
        "Reads sign-in and audit reports.",
        "microsoft.directory/auditLogs/allProperties/read",
    ),
    role(
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
        "Directory Readers",
        false,
        "Reads basic directory information.",
        "microsoft.directory/users/standard/read",
    ),
    role(
        "95e79109-95c0-4d8e-aee3-d01accf2d47b",
        "Guest Inviter",
        false,
        "Invites guests whatever the guest settings say.",
        "microsoft.directory/users/inviteGuest",
    ),
    role(
        "f023fd81-a637-4b56-95fd-791ac0226033",
        "Service Support Administrator",
        false,
        "Reads service health and opens support tickets.",
        "microsoft.office365.serviceHealth/allEntities/allTasks",
    ),
];

/// The role with this template id or display name.
pub(crate) fn find(role: &str) -> Option<&'static BuiltInRole> {
    BUILT_IN.iter().find(|known| {
        known.template_id.eq_ignore_ascii_case(role) || known.name.eq_ignore_ascii_case(role)
    })
}

/// Whether a role is held now or can be activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    Active,
    Eligible,
}

/// A principal that holds a role in the whole directory.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) id: String,
    pub(crate) principal: Guid,
    pub(crate) role: &'static BuiltInRole,
    pub(crate) holding: Holding,
    /// The schedule behind it.
    pub(crate) schedule: Guid,
    /// Start, in seconds relative to the tenant's base time.
    pub(crate) start: i64,
}
