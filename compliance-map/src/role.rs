//! The built-in directory roles: which make their holder an administrator.
//!
//! Administrative are the roles that Microsoft labels privileged and all others that change settings
//! or data of a service (every "… Administrator"). Names, template ids and the label:
//! <https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference>.
//! The roles that security defaults challenge at every sign-in:
//! <https://learn.microsoft.com/en-us/entra/fundamentals/security-defaults>.

use RoleWeight::{Administrative, AlwaysChallenged, Ordinary};

/// What holding a role means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RoleWeight {
    /// Administrative, and challenged at every sign-in by security defaults.
    AlwaysChallenged,
    /// Administrative.
    Administrative,
    /// Reads, or does one narrow task.
    Ordinary,
}

struct BuiltIn {
    name: &'static str,
    template: &'static str,
    weight: RoleWeight,
}

/// A role under one name, whether it was written as display name or template id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RoleId(String);

impl RoleId {
    pub(crate) fn new(written: &str) -> Self {
        match built_in(written) {
            Some(role) => Self(role.template.to_owned()),
            None => Self(written.trim().to_lowercase()),
        }
    }
}

/// What holding `role` means; `None` for a role that is not built in.
pub(crate) fn weight(role: &str) -> Option<RoleWeight> {
    built_in(role).map(|role| role.weight)
}

fn built_in(written: &str) -> Option<&'static BuiltIn> {
    let written = written.trim();
    let written = FORMER_NAMES
        .iter()
        .find(|(former, _)| former.eq_ignore_ascii_case(written))
        .map_or(written, |(_, now)| now);
    BUILT_IN.iter().find(|role| {
        role.name.eq_ignore_ascii_case(written) || role.template.eq_ignore_ascii_case(written)
    })
}

/// Names that Graph still returns for some roles.
const FORMER_NAMES: &[(&str, &str)] = &[
    ("Company Administrator", "Global Administrator"),
    (
        "Azure AD Joined Device Local Administrator",
        "Microsoft Entra Joined Device Local Administrator",
    ),
    ("CRM Service Administrator", "Dynamics 365 Administrator"),
    ("Exchange Service Administrator", "Exchange Administrator"),
    ("Intune Service Administrator", "Intune Administrator"),
    (
        "Lync Service Administrator",
        "Skype for Business Administrator",
    ),
    ("Power BI Administrator", "Fabric Administrator"),
    ("Power BI Service Administrator", "Fabric Administrator"),
    (
        "SharePoint Service Administrator",
        "SharePoint Administrator",
    ),
    ("Teams Service Administrator", "Teams Administrator"),
    ("User Account Administrator", "User Administrator"),
];

#[rustfmt::skip]
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "Agent ID Administrator", template: "db506228-d27e-4b7d-95e5-295956d6615f", weight: Administrative },
    BuiltIn { name: "Agent Registry Administrator", template: "6b942400-691f-4bf0-9d12-d8a254a2baf5", weight: Administrative },
    BuiltIn { name: "AI Administrator", template: "d2562ede-74db-457e-a7b6-544e236ebb61", weight: Administrative },
    BuiltIn { name: "Application Developer", template: "cf1c38e5-3621-4004-a7cb-879624dced7c", weight: Administrative },
    BuiltIn { name: "Attack Simulation Administrator", template: "c430b396-e693-46cc-96f3-db01bf8bb62a", weight: Administrative },
    BuiltIn { name: "Attribute Assignment Administrator", template: "58a13ea3-c632-46ae-9ee0-9c0d43cd7f3d", weight: Administrative },
    BuiltIn { name: "Attribute Definition Administrator", template: "8424c6f0-a189-499e-bbd0-26c1753c96d4", weight: Administrative },
    BuiltIn { name: "Attribute Log Administrator", template: "5b784334-f94b-471a-a387-e7219fc49ca2", weight: Administrative },
    BuiltIn { name: "Attribute Provisioning Administrator", template: "ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe", weight: Administrative },
    BuiltIn { name: "Attribute Provisioning Reader", template: "422218e4-db15-4ef9-bbe0-8afb41546d79", weight: Administrative },
    BuiltIn { name: "Authentication Extensibility Administrator", template: "25a516ed-2fa0-40ea-a2d0-12923a21473a", weight: Administrative },
    BuiltIn { name: "Azure DevOps Administrator", template: "e3973bdf-4987-49ae-837a-ba8e231c7286", weight: Administrative },
    BuiltIn { name: "Azure Information Protection Administrator", template: "7495fdc4-34c4-4d15-a289-98788ce399fd", weight: Administrative },
    BuiltIn { name: "B2C IEF Keyset Administrator", template: "aaf43236-0c0d-4d5f-883a-6955382ac081", weight: Administrative },
    BuiltIn { name: "B2C IEF Policy Administrator", template: "3edaf663-341e-4475-9f94-5c398ef6c070", weight: Administrative },
    BuiltIn { name: "Cloud App Security Administrator", template: "892c5842-a9a6-463a-8041-72aa08ca3cf6", weight: Administrative },
    BuiltIn { name: "Cloud Device Administrator", template: "7698a772-787b-4ac8-901f-60d6b08affd2", weight: Administrative },
    BuiltIn { name: "Compliance Administrator", template: "17315797-102d-40b4-93e0-432062caca18", weight: Administrative },
    BuiltIn { name: "Compliance Data Administrator", template: "e6d1a23a-da11-4be4-9570-befc86d067a7", weight: Administrative },
    BuiltIn { name: "Desktop Analytics Administrator", template: "38a96431-2bdf-4b4c-8b6e-5d3d8abac1a4", weight: Administrative },
    BuiltIn { name: "Directory Writers", template: "9360feb5-f418-4baa-8175-e2a00bac4301", weight: Administrative },
    BuiltIn { name: "Domain Name Administrator", template: "8329153b-31d0-4727-b945-745eb3bc5f31", weight: Administrative },
    BuiltIn { name: "Dragon Administrator", template: "e93e3737-fa85-474a-aee4-7d3fb86510f3", weight: Administrative },
    BuiltIn { name: "Dynamics 365 Administrator", template: "44367163-eba1-44c3-98af-f5787879f96a", weight: Administrative },
    BuiltIn { name: "Dynamics 365 Business Central Administrator", template: "963797fb-eb3b-4cde-8ce3-5878b3f32a3f", weight: Administrative },
    BuiltIn { name: "Edge Administrator", template: "3f1acade-1e04-4fbc-9b69-f0302cd84aef", weight: Administrative },
    BuiltIn { name: "Exchange Backup Administrator", template: "49eb8f75-97e9-4e37-9b2b-6c3ebfcffa31", weight: Administrative },
    BuiltIn { name: "Exchange Recipient Administrator", template: "31392ffb-586c-42d1-9346-e59415a2cc4e", weight: Administrative },
    BuiltIn { name: "Extended Directory User Administrator", template: "dd13091a-6207-4fc0-82ba-3641e056ab95", weight: Administrative },
    BuiltIn { name: "External ID User Flow Administrator", template: "6e591065-9bad-43ed-90f3-e9424366d2f0", weight: Administrative },
    BuiltIn { name: "External ID User Flow Attribute Administrator", template: "0f971eea-41eb-4569-a71e-57bb8a3eff1e", weight: Administrative },
    BuiltIn { name: "External Identity Provider Administrator", template: "be2f45a1-457d-42af-a067-6ec1fa63bc45", weight: Administrative },
    BuiltIn { name: "Fabric Administrator", template: "a9ea8996-122f-4c74-9520-8edcd192826c", weight: Administrative },
    BuiltIn { name: "Global Reader", template: "f2ef992c-3afb-46b9-b7cf-a126ee74c451", weight: Administrative },
    BuiltIn { name: "Global Secure Access Administrator", template: "ac434307-12b9-4fa1-a708-88bf58caabc1", weight: Administrative },
    BuiltIn { name: "Groups Administrator", template: "fdd7a751-b60b-444a-984c-02652fe8fa1c", weight: Administrative },
    BuiltIn { name: "Hybrid Identity Administrator", template: "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", weight: Administrative },
    BuiltIn { name: "Insights Administrator", template: "eb1f4a8d-243a-41f0-9fbd-c7cdf6c5ef7c", weight: Administrative },
    BuiltIn { name: "Intune Administrator", template: "3a2c62db-5318-420d-8d74-23affee5d9d5", weight: Administrative },
    BuiltIn { name: "IoT Device Administrator", template: "2ea5ce4c-b2d8-4668-bd81-3680bd2d227a", weight: Administrative },
    BuiltIn { name: "Kaizala Administrator", template: "74ef975b-6605-40af-a5d2-b9539d836353", weight: Administrative },
    BuiltIn { name: "Knowledge Administrator", template: "b5a8dcf3-09d5-43a9-a639-8e29ef291470", weight: Administrative },
    BuiltIn { name: "License Administrator", template: "4d6ac14f-3453-41d0-bef9-a3e0c569773a", weight: Administrative },
    BuiltIn { name: "Lifecycle Workflows Administrator", template: "59d46f88-662b-457b-bceb-5c3809e5908f", weight: Administrative },
    BuiltIn { name: "Microsoft 365 Backup Administrator", template: "1707125e-0aa2-4d4d-8655-a7c786c76a25", weight: Administrative },
    BuiltIn { name: "Microsoft 365 Migration Administrator", template: "8c8b803f-96e1-4129-9349-20738d9f9652", weight: Administrative },
    BuiltIn { name: "Microsoft Entra Joined Device Local Administrator", template: "9f06204d-73c1-4d4c-880a-6edb90606fd8", weight: Administrative },
    BuiltIn { name: "Microsoft Graph Data Connect Administrator", template: "ee67aa9c-e510-4759-b906-227085a7fd4d", weight: Administrative },
    BuiltIn { name: "Microsoft Hardware Warranty Administrator", template: "1501b917-7653-4ff9-a4b5-203eaf33784f", weight: Administrative },
    BuiltIn { name: "Network Administrator", template: "d37c8bed-0711-4417-ba38-b4abe66ce4c2", weight: Administrative },
    BuiltIn { name: "Office Apps Administrator", template: "2b745bdf-0803-4d80-aa65-822c4493daac", weight: Administrative },
    BuiltIn { name: "Organizational Branding Administrator", template: "92ed04bf-c94a-4b82-9729-b799a7a4c178", weight: Administrative },
    BuiltIn { name: "Organizational Data Source Administrator", template: "9d70768a-0cbc-4b4c-aea3-2e124b2477f4", weight: Administrative },
    BuiltIn { name: "Partner Tier1 Support", template: "4ba39ca4-527c-499a-b93d-d9b492c50246", weight: Administrative },
    BuiltIn { name: "Partner Tier2 Support", template: "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8", weight: Administrative },
    BuiltIn { name: "People Administrator", template: "024906de-61e5-49c8-8572-40335f1e0e10", weight: Administrative },
    BuiltIn { name: "Permissions Management Administrator", template: "af78dc32-cf4d-46f9-ba4e-4428526346b5", weight: Administrative },
    BuiltIn { name: "Places Administrator", template: "78b0ccd1-afc2-4f92-9116-b41aedd09592", weight: Administrative },
    BuiltIn { name: "Power Platform Administrator", template: "11648597-926c-4cf3-9c36-bcebb0ba8dcc", weight: Administrative },
    BuiltIn { name: "Printer Administrator", template: "644ef478-e28f-4e28-b9dc-3fdde9aa0b1f", weight: Administrative },
    BuiltIn { name: "Search Administrator", template: "0964bb5e-9bdb-4d7b-ac29-58e794862a40", weight: Administrative },
    BuiltIn { name: "Security Operator", template: "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", weight: Administrative },
    BuiltIn { name: "Security Reader", template: "5d6b6bb7-de71-4623-b4af-96380a352509", weight: Administrative },
    BuiltIn { name: "Service Support Administrator", template: "f023fd81-a637-4b56-95fd-791ac0226033", weight: Administrative },
    BuiltIn { name: "SharePoint Advanced Management Administrator", template: "99009c4a-3b3f-4957-82a9-9d35e12db77e", weight: Administrative },
    BuiltIn { name: "SharePoint Backup Administrator", template: "9d3e04ba-3ee4-4d1b-a3a7-9aef423a09be", weight: Administrative },
    BuiltIn { name: "SharePoint Embedded Administrator", template: "1a7d78b6-429f-476b-b8eb-35fb715fffd4", weight: Administrative },
    BuiltIn { name: "Skype for Business Administrator", template: "75941009-915a-4869-abe7-691bff18279e", weight: Administrative },
    BuiltIn { name: "Teams Administrator", template: "69091246-20e8-4a56-aa4d-066075b2a7a8", weight: Administrative },
    BuiltIn { name: "Teams Communications Administrator", template: "baf37b3a-610e-45da-9e62-d9d1e5e8914b", weight: Administrative },
    BuiltIn { name: "Teams Devices Administrator", template: "3d762c5a-1b6c-493f-843e-55a3b42923d4", weight: Administrative },
    BuiltIn { name: "Teams Telephony Administrator", template: "aa38014f-0993-46e9-9b45-30501a20909d", weight: Administrative },
    BuiltIn { name: "Virtual Visits Administrator", template: "e300d9e7-4a2b-4295-9eff-f1c78b36cc98", weight: Administrative },
    BuiltIn { name: "Viva Glint Tenant Administrator", template: "0ec3f692-38d6-4d14-9e69-0377ca7797ad", weight: Administrative },
    BuiltIn { name: "Viva Goals Administrator", template: "92b086b3-e367-4ef2-b869-1de128fb986e", weight: Administrative },
    BuiltIn { name: "Viva Pulse Administrator", template: "87761b17-1ed2-4af3-9acd-92a150038160", weight: Administrative },
    BuiltIn { name: "Windows 365 Administrator", template: "11451d60-acb2-45eb-a7d6-43d0f0125c13", weight: Administrative },
    BuiltIn { name: "Windows Update Deployment Administrator", template: "32696413-001a-46ae-978c-ce0f6b3620d2", weight: Administrative },
    BuiltIn { name: "Yammer Administrator", template: "810a2642-a034-447f-a5e8-41beaa378541", weight: Administrative },
    BuiltIn { name: "Application Administrator", template: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", weight: AlwaysChallenged },
    BuiltIn { name: "Authentication Administrator", template: "c4e39bd9-1100-46d3-8c65-fb160da0071f", weight: AlwaysChallenged },
    BuiltIn { name: "Authentication Policy Administrator", template: "0526716b-113d-4c15-b2c8-68e3c22b9f80", weight: AlwaysChallenged },
    BuiltIn { name: "Billing Administrator", template: "b0f54661-2d74-4c50-afa3-1ec803f12efe", weight: AlwaysChallenged },
    BuiltIn { name: "Cloud Application Administrator", template: "158c047a-c907-4556-b7ef-446551a6b5f7", weight: AlwaysChallenged },
    BuiltIn { name: "Conditional Access Administrator", template: "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", weight: AlwaysChallenged },
    BuiltIn { name: "Exchange Administrator", template: "29232cdf-9323-42fd-ade2-1d097af3e4de", weight: AlwaysChallenged },
    BuiltIn { name: "Global Administrator", template: "62e90394-69f5-4237-9190-012177145e10", weight: AlwaysChallenged },
    BuiltIn { name: "Helpdesk Administrator", template: "729827e3-9c14-49f7-bb1b-9608f156bbb8", weight: AlwaysChallenged },
    BuiltIn { name: "Identity Governance Administrator", template: "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", weight: AlwaysChallenged },
    BuiltIn { name: "Password Administrator", template: "966707d0-3269-4727-9be2-8c3a10f19b9d", weight: AlwaysChallenged },
    BuiltIn { name: "Privileged Authentication Administrator", template: "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", weight: AlwaysChallenged },
    BuiltIn { name: "Privileged Role Administrator", template: "e8611ab8-c189-46e8-94e1-60213ab1f814", weight: AlwaysChallenged },
    BuiltIn { name: "Security Administrator", template: "194ae4cb-b126-40b2-bd5b-6091b380977d", weight: AlwaysChallenged },
    BuiltIn { name: "SharePoint Administrator", template: "f28a1f50-f6e7-4571-818b-6a12f2af6b6c", weight: AlwaysChallenged },
    BuiltIn { name: "User Administrator", template: "fe930be7-5e62-47db-91af-98c3a49a38b1", weight: AlwaysChallenged },
    BuiltIn { name: "Agent ID Developer", template: "adb2368d-a9be-41b5-8667-d96778e081b0", weight: Ordinary },
    BuiltIn { name: "Attack Payload Author", template: "9c6df0f2-1e7c-4dc3-b195-66dfbd24aa8f", weight: Ordinary },
    BuiltIn { name: "Attribute Assignment Reader", template: "ffd52fa5-98dc-465c-991d-fc073eb59f8f", weight: Ordinary },
    BuiltIn { name: "Attribute Definition Reader", template: "1d336d2c-4ae8-42ef-9711-b3604ce3fc2c", weight: Ordinary },
    BuiltIn { name: "Attribute Log Reader", template: "9c99539d-8186-4804-835f-fd51ef9e2dcd", weight: Ordinary },
    BuiltIn { name: "Customer LockBox Access Approver", template: "5c4f9dcd-47dc-4cf7-8c9a-9e4207cbfc91", weight: Ordinary },
    BuiltIn { name: "Directory Readers", template: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", weight: Ordinary },
    BuiltIn { name: "Directory Synchronization Accounts", template: "d29b2b05-8046-44ba-8758-1e26182fcf32", weight: Ordinary },
    BuiltIn { name: "Global Secure Access Log Reader", template: "843318fb-79a6-4168-9e6f-aa9a07481cc4", weight: Ordinary },
    BuiltIn { name: "Guest Inviter", template: "95e79109-95c0-4d8e-aee3-d01accf2d47b", weight: Ordinary },
    BuiltIn { name: "Insights Analyst", template: "25df335f-86eb-4119-b717-0ff02de207e9", weight: Ordinary },
    BuiltIn { name: "Insights Business Leader", template: "31e939ad-9672-4796-9c2e-873181342d2d", weight: Ordinary },
    BuiltIn { name: "Knowledge Manager", template: "744ec460-397e-42ad-a462-8b3f9747a02c", weight: Ordinary },
    BuiltIn { name: "Message Center Privacy Reader", template: "ac16e43d-7b2d-40e0-ac05-243ff356ab5b", weight: Ordinary },
    BuiltIn { name: "Message Center Reader", template: "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b", weight: Ordinary },
    BuiltIn { name: "Microsoft 365 Support Engineer", template: "00cf5c54-4693-4f59-a0ac-ab79ef0a974d", weight: Ordinary },
    BuiltIn { name: "Microsoft Hardware Warranty Specialist", template: "281fe777-fb20-4fbb-b7a3-ccebce5b0d96", weight: Ordinary },
    BuiltIn { name: "Organizational Messages Approver", template: "e48398e2-f4bb-4074-8f31-4586725e205b", weight: Ordinary },
    BuiltIn { name: "Organizational Messages Writer", template: "507f53e4-4e52-4077-abd3-d2e1558b6ea2", weight: Ordinary },
    BuiltIn { name: "Printer Technician", template: "e8cef6f1-e4bd-4ea8-bc07-4b8d950f4477", weight: Ordinary },
    BuiltIn { name: "Reports Reader", template: "4a5d8f65-41da-4de4-8968-e035b65339cf", weight: Ordinary },
    BuiltIn { name: "Search Editor", template: "8835291a-918c-4fd7-a9ce-faa49f0cf7d9", weight: Ordinary },
    BuiltIn { name: "Teams Communications Support Engineer", template: "f70938a0-fc10-4177-9e90-2178f8765737", weight: Ordinary },
    BuiltIn { name: "Teams Communications Support Specialist", template: "fcf91098-03e3-41a9-b5ba-6f0ec8188a12", weight: Ordinary },
    BuiltIn { name: "Teams Reader", template: "1076ac91-f3d9-41a7-a339-dcdf5f480acc", weight: Ordinary },
    BuiltIn { name: "Tenant Creator", template: "112ca1a2-15ad-4102-995e-45b0bc479a6a", weight: Ordinary },
    BuiltIn { name: "Usage Summary Reports Reader", template: "75934031-6c7e-415a-99d7-48dbd49e875e", weight: Ordinary },
    BuiltIn { name: "User Experience Success Manager", template: "27460883-1df1-4691-b032-3b79643e5e63", weight: Ordinary },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn knows_a_role_by_name_template_id_and_former_name_in_any_case() {
        let global = RoleId::new("Global Administrator");
        for written in [
            "global administrator",
            " 62E90394-69F5-4237-9190-012177145E10",
            "Company Administrator",
        ] {
            assert_eq!(RoleId::new(written), global, "{written}");
            assert_eq!(weight(written), Some(AlwaysChallenged), "{written}");
        }
        assert_eq!(weight("Reports Reader"), Some(Ordinary));
        assert_eq!(weight("Contoso help desk"), None);
    }

    #[test]
    fn no_name_or_template_id_stands_twice() {
        let names: BTreeSet<_> = BUILT_IN.iter().map(|r| r.name.to_lowercase()).collect();
        let templates: BTreeSet<_> = BUILT_IN.iter().map(|r| r.template).collect();
        assert_eq!(names.len(), BUILT_IN.len());
        assert_eq!(templates.len(), BUILT_IN.len());
    }
}
