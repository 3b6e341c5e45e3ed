//! Licenses bought and assigned.

use super::DateTime;
use super::declare::{open_enum, resource};

resource! {
    /// A product that the tenant has licenses of.
    /// <https://learn.microsoft.com/graph/api/resources/subscribedsku>
    pub struct SubscribedSku {
        /// The id of this product in this tenant.
        id: String,
        /// The id of the product.
        sku_id: String,
        /// The product's part number, such as `ENTERPRISEPREMIUM`.
        sku_part_number: String,
        /// `User` or `Company`.
        applies_to: String,
        /// Whether it can be used.
        capability_status: CapabilityStatus,
        /// How many licenses are assigned.
        consumed_units: i32,
        /// How many licenses there are, by state.
        prepaid_units: LicenseUnitsDetail,
        /// The service plans in it.
        service_plans: Vec<ServicePlanInfo>,
        /// The commercial subscriptions behind it.
        subscription_ids: Vec<String>,
    }
}

open_enum! {
    /// Whether a subscription can be used.
    pub enum CapabilityStatus {
        /// Yes.
        Enabled = "Enabled",
        /// It has run out, in the time of grace.
        Warning = "Warning",
        /// It has run out; users no longer have access.
        Suspended = "Suspended",
        /// It is about to be deleted.
        Deleted = "Deleted",
        /// It was cancelled.
        LockedOut = "LockedOut",
    }
}

resource! {
    /// Numbers of licenses by state.
    /// <https://learn.microsoft.com/graph/api/resources/licenseunitsdetail>
    pub struct LicenseUnitsDetail {
        /// Usable.
        enabled: i32,
        /// Cancelled.
        locked_out: i32,
        /// Run out, access ended.
        suspended: i32,
        /// Run out, in the time of grace.
        warning: i32,
    }
}

resource! {
    /// A service plan inside a subscription.
    /// <https://learn.microsoft.com/graph/api/resources/serviceplaninfo>
    pub struct ServicePlanInfo {
        /// The plan's id.
        service_plan_id: String,
        /// The plan's name, such as `AAD_PREMIUM`.
        service_plan_name: String,
        /// `Success`, `Disabled`, `Error`, `PendingInput`, `PendingActivation` or
        /// `PendingProvisioning`.
        provisioning_status: String,
        /// `User` or `Company`.
        applies_to: String,
    }
}

resource! {
    /// A license of a user or group.
    /// <https://learn.microsoft.com/graph/api/resources/assignedlicense>
    pub struct AssignedLicense {
        /// The id of the product.
        sku_id: String,
        /// The service plans in it that are turned off.
        disabled_plans: Vec<String>,
    }
}

resource! {
    /// How a license came to a user.
    /// <https://learn.microsoft.com/graph/api/resources/licenseassignmentstate>
    pub struct LicenseAssignmentState {
        /// The product.
        sku_id: String,
        /// The group that it comes from; nothing when it was assigned directly.
        assigned_by_group: String,
        /// The service plans in it that are turned off.
        disabled_plans: Vec<String>,
        /// `Active`, `ActiveWithError`, `Disabled` or `Error`.
        state: String,
        /// Why it does not work, such as `CountViolation`.
        error: String,
        /// When that changed.
        last_updated_date_time: DateTime,
    }
}

resource! {
    /// A license that a user has. <https://learn.microsoft.com/graph/api/resources/licensedetails>
    pub struct LicenseDetails {
        /// The id.
        id: String,
        /// The product.
        sku_id: String,
        /// The product's part number.
        sku_part_number: String,
        /// The service plans in it.
        service_plans: Vec<ServicePlanInfo>,
    }
}

resource! {
    /// Licenses bought together, with the end of their term.
    /// <https://learn.microsoft.com/graph/api/resources/companysubscription>
    pub struct CompanySubscription {
        /// The id.
        id: String,
        /// The id of the purchase.
        commerce_subscription_id: String,
        /// The product.
        sku_id: String,
        /// The product's part number.
        sku_part_number: String,
        /// Whether it can be used: `Enabled`, `Warning`, `Suspended`, `Deleted` or `LockedOut`.
        status: String,
        /// Whether it is a trial.
        is_trial: bool,
        /// How many licenses.
        total_licenses: i32,
        /// When it was bought.
        created_date_time: DateTime,
        /// When it changes its state next, unless renewed.
        next_lifecycle_date_time: DateTime,
        /// Who bought it.
        owner_id: String,
        /// The tenant of whoever did.
        owner_tenant_id: String,
        /// `User` or `Customer`.
        owner_type: String,
        /// The service plans in it.
        service_status: Vec<ServicePlanInfo>,
    }
}
