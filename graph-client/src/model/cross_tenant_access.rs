//! What other tenants may do here, and this one there.

use super::declare::resource;

resource! {
    /// The policy on other tenants.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicy>
    pub struct CrossTenantAccessPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// Other clouds with which it is possible at all.
        allowed_cloud_endpoints: Vec<String>,
    }
}

resource! {
    /// What holds for tenants that are not named.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationdefault>
    pub struct CrossTenantAccessPolicyConfigurationDefault {
        /// The id.
        id: String,
        /// Whether it is as the service set it up.
        is_service_default: bool,
        /// Whose proofs are accepted.
        inbound_trust: CrossTenantAccessPolicyInboundTrust,
        /// Guests from there.
        b2b_collaboration_inbound: CrossTenantAccessPolicyB2BSetting,
        /// Guests to there.
        b2b_collaboration_outbound: CrossTenantAccessPolicyB2BSetting,
        /// Shared channels from there.
        b2b_direct_connect_inbound: CrossTenantAccessPolicyB2BSetting,
        /// Shared channels to there.
        b2b_direct_connect_outbound: CrossTenantAccessPolicyB2BSetting,
        /// Whether people are not asked for consent.
        automatic_user_consent_settings: InboundOutboundPolicyConfiguration,
        /// What accounts of others may do on this tenant's devices.
        tenant_restrictions: CrossTenantAccessPolicyTenantRestrictions,
    }
}

resource! {
    /// What holds for one tenant; what is not set is as for all.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationpartner>
    pub struct CrossTenantAccessPolicyConfigurationPartner {
        /// The tenant.
        tenant_id: String,
        /// Whether it serves this one.
        is_service_provider: bool,
        /// Whether both belong to one organization.
        is_in_multi_tenant_organization: bool,
        /// Whose proofs are accepted.
        inbound_trust: CrossTenantAccessPolicyInboundTrust,
        /// Guests from there.
        b2b_collaboration_inbound: CrossTenantAccessPolicyB2BSetting,
        /// Guests to there.
        b2b_collaboration_outbound: CrossTenantAccessPolicyB2BSetting,
        /// Shared channels from there.
        b2b_direct_connect_inbound: CrossTenantAccessPolicyB2BSetting,
        /// Shared channels to there.
        b2b_direct_connect_outbound: CrossTenantAccessPolicyB2BSetting,
        /// Whether people are not asked for consent.
        automatic_user_consent_settings: InboundOutboundPolicyConfiguration,
        /// What accounts of it may do on this tenant's devices.
        tenant_restrictions: CrossTenantAccessPolicyTenantRestrictions,
    }
}

resource! {
    /// Who, and to what.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyb2bsetting>
    pub struct CrossTenantAccessPolicyB2BSetting {
        /// Who.
        users_and_groups: CrossTenantAccessPolicyTargetConfiguration,
        /// To what.
        applications: CrossTenantAccessPolicyTargetConfiguration,
    }
}

resource! {
    /// Whether those named are allowed or blocked.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicytargetconfiguration>
    pub struct CrossTenantAccessPolicyTargetConfiguration {
        /// `allowed` or `blocked`.
        access_type: String,
        /// Those named.
        targets: Vec<CrossTenantAccessPolicyTarget>,
    }
}

resource! {
    /// Somebody or something.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicytarget>
    pub struct CrossTenantAccessPolicyTarget {
        /// An id, or `AllUsers`, `AllApplications`, `Office365`.
        target: String,
        /// `user`, `group` or `application`.
        target_type: String,
    }
}

resource! {
    /// Which proofs of another tenant are accepted.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyinboundtrust>
    pub struct CrossTenantAccessPolicyInboundTrust {
        /// Multifactor authentication.
        is_mfa_accepted: bool,
        /// Compliant devices.
        is_compliant_device_accepted: bool,
        /// Joined devices.
        #[serde(rename = "isHybridAzureADJoinedDeviceAccepted")]
        is_hybrid_azure_ad_joined_device_accepted: bool,
    }
}

resource! {
    /// Whether people are not asked for consent.
    /// <https://learn.microsoft.com/graph/api/resources/inboundoutboundpolicyconfiguration>
    pub struct InboundOutboundPolicyConfiguration {
        /// Those from there.
        inbound_allowed: bool,
        /// Those from here.
        outbound_allowed: bool,
    }
}

resource! {
    /// What accounts of other tenants may do on this tenant's devices.
    /// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicytenantrestrictions>
    pub struct CrossTenantAccessPolicyTenantRestrictions {
        /// Who.
        users_and_groups: CrossTenantAccessPolicyTargetConfiguration,
        /// To what.
        applications: CrossTenantAccessPolicyTargetConfiguration,
        /// On which devices.
        devices: DevicesFilter,
    }
}

resource! {
    /// Devices by rule. <https://learn.microsoft.com/graph/api/resources/devicesfilter>
    pub struct DevicesFilter {
        /// `allowed` or `blocked`.
        mode: String,
        /// The rule.
        rule: String,
    }
}
