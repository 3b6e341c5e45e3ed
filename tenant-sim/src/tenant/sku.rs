//! Subscriptions. Ids are those of
//! <https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference>.

use crate::guid::Guid;

#[derive(Debug, Clone)]
pub(crate) struct Sku {
    pub(crate) id: &'static str,
    pub(crate) part_number: &'static str,
    /// Seats bought.
    pub(crate) seats: u32,
    pub(crate) subscription: Guid,
    pub(crate) plans: &'static [Plan],
}

/// A service plan: id, name, and the service that provides it.
pub(crate) type Plan = (&'static str, &'static str, &'static str);

const EXCHANGE: Plan = (
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "EXCHANGE_S_STANDARD",
    "exchange",
);
const EXCHANGE_2: Plan = (
    "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "EXCHANGE_S_ENTERPRISE",
    "exchange",
);
const SHAREPOINT: Plan = (
    "c7699d2e-19aa-44de-8edf-1736da088ca1",
    "SHAREPOINTSTANDARD",
    "SharePoint",
);
const TEAMS: Plan = (
    "57ff2da0-773e-42df-b2af-ffb7a2317929",
    "TEAMS1",
    "TeamspaceAPI",
);
const OFFICE: Plan = (
    "094e7854-93fc-4d55-b2c0-3ab5369ebdc1",
    "OFFICE_BUSINESS",
    "MicrosoftOffice",
);
const INTUNE_PLAN: Plan = ("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "INTUNE_A", "SCO");
const ENTRA_P1: Plan = (
    "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "AAD_PREMIUM",
    "AADPremiumService",
);
const ENTRA_P2: Plan = (
    "eec0eb4f-6444-4f95-aba0-50c24d67f998",
    "AAD_PREMIUM_P2",
    "AADPremiumService",
);
const DEFENDER: Plan = (
    "f20fedf3-f3c3-43c3-8267-2bfdd51c0939",
    "ATP_ENTERPRISE",
    "exchange",
);
const KIOSK: Plan = (
    "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    "EXCHANGE_S_DESKLESS",
    "exchange",
);

/// Microsoft 365 Business Premium, with Entra ID P1.
pub(crate) const BUSINESS_PREMIUM: (&str, &str, &[Plan]) = (
    "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
    "SPB",
    &[
        EXCHANGE,
        SHAREPOINT,
        TEAMS,
        OFFICE,
        INTUNE_PLAN,
        ENTRA_P1,
        DEFENDER,
    ],
);
/// Microsoft 365 E5, with Entra ID P2.
pub(crate) const E5: (&str, &str, &[Plan]) = (
    "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
    "SPE_E5",
    &[
        EXCHANGE_2,
        SHAREPOINT,
        TEAMS,
        INTUNE_PLAN,
        ENTRA_P1,
        ENTRA_P2,
        DEFENDER,
    ],
);
/// Microsoft 365 Business Standard, without Entra ID Premium.
pub(crate) const BUSINESS_STANDARD: (&str, &str, &[Plan]) = (
    "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
    "O365_BUSINESS_PREMIUM",
    &[EXCHANGE, SHAREPOINT, TEAMS, OFFICE],
);
/// Microsoft Intune on its own.
pub(crate) const INTUNE: (&str, &str, &[Plan]) = (
    "061f9ace-7d42-4136-88ac-31dc755f143f",
    "INTUNE_A",
    &[INTUNE_PLAN],
);
/// Exchange Online Kiosk.
pub(crate) const EXCHANGE_KIOSK: (&str, &str, &[Plan]) = (
    "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82",
    "EXCHANGEDESKLESS",
    &[KIOSK],
);

impl Sku {
    pub(crate) fn new(
        product: (&'static str, &'static str, &'static [Plan]),
        seats: u32,
        subscription: Guid,
    ) -> Self {
        let (id, part_number, plans) = product;
        Self {
            id,
            part_number,
            seats,
            subscription,
            plans,
        }
    }
}
