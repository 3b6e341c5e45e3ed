//! The licenses that stand behind sources, and what a tenant without them is answered.

use crate::descriptor::Descriptor;

/// Names as the connection test and the outcomes tell them: the product and its service plan.
const ENTRA_P1: &str = "Entra ID P1 (AAD_PREMIUM)";
const ENTRA_P2: &str = "Entra ID P2 (AAD_PREMIUM_P2)";
const INTUNE: &str = "Intune (INTUNE_A)";

impl Descriptor {
    /// Logs, reports and sign-in activity.
    pub(super) fn needs_entra_p1(self) -> Self {
        self.license(ENTRA_P1)
            .without_license("403 Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    }

    /// Conditional access itself: a tenant without the license has none.
    pub(super) fn of_entra_p1(self) -> Self {
        self.license(ENTRA_P1)
            .without_license("200 with what there is by default")
    }

    /// Privileged Identity Management and access reviews.
    pub(super) fn needs_entra_p2(self) -> Self {
        self.license(ENTRA_P2)
            .without_license("400 AadPremiumLicenseRequired")
    }

    /// Identity Protection.
    pub(super) fn needs_identity_protection(self) -> Self {
        self.license(ENTRA_P2)
            .without_license("403 “Your tenant is not licensed for this feature.”")
    }

    /// Device and app management.
    pub(super) fn needs_intune(self) -> Self {
        self.license(INTUNE)
            .without_license("400 “Request not applicable to target tenant.”")
    }
}
