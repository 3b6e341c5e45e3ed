//! What the small tenant has: devices, licenses, data and logs.

use m365_collect::Kind;
use serde_json::json;

use super::Read;
use super::sources::E5;

pub(super) fn devices() -> Vec<Read> {
    let all = json!([{"id": "x", "target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}]);
    let choice = |id: &str, value: &str| {
        json!({"id": "0", "settingInstance": {"@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": id, "choiceSettingValue": {"value": format!("{id}_{value}"), "children": []}}})
    };
    vec![
        Read::of(
            "managed_devices",
            &Kind::MANAGED_DEVICE,
            json!([{"id": "m1", "deviceName": "LAP-1", "userId": "u2", "operatingSystem": "Windows", "osVersion": "10.0.26100.1",
                "complianceState": "compliant", "isEncrypted": true, "jailBroken": "Unknown", "lastSyncDateTime": "2026-11-21T08:00:00Z",
                "managementAgent": "mdm"}]),
        ),
        Read::of(
            "device_compliance_policies",
            &Kind::COMPLIANCE_POLICY,
            json!([{"@odata.type": "#microsoft.graph.windows10CompliancePolicy", "id": "cp1", "displayName": "Windows",
                "passwordRequired": true, "bitLockerEnabled": true, "secureBootEnabled": false, "osMinimumVersion": null, "assignments": all}]),
        ),
        Read::of(
            "device_configurations",
            &Kind::DEVICE_CONFIGURATION,
            json!([{"@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "id": "dc1", "displayName": "Windows", "passwordRequired": true,
                "passwordMinutesOfInactivityBeforeScreenTimeout": 10, "passwordSignInFailureCountBeforeFactoryReset": 6,
                "storageBlockRemovableStorage": false, "defenderRequireBehaviorMonitoring": true, "assignments": all}]),
        ),
        Read::of(
            "configuration_policies",
            &Kind::CONFIGURATION_POLICY,
            json!([{"id": "sc1", "name": "Firewall", "platforms": "windows10", "technologies": "mdm", "settingCount": 3, "assignments": all}]),
        ),
        Read::keyed(
            "configuration_policy_settings",
            &Kind::CONFIGURATION_SETTING,
            [
                (
                    "sc1/0",
                    choice(
                        "vendor_msft_firewall_mdmstore_domainprofile_enablefirewall",
                        "true",
                    ),
                ),
                (
                    "sc1/1",
                    choice(
                        "vendor_msft_firewall_mdmstore_privateprofile_enablefirewall",
                        "true",
                    ),
                ),
                (
                    "sc1/2",
                    choice(
                        "vendor_msft_firewall_mdmstore_publicprofile_enablefirewall",
                        "true",
                    ),
                ),
            ],
        ),
        Read::of(
            "device_management",
            &Kind::DEVICE_MANAGEMENT,
            json!([{"id": "dm", "settings": {"secureByDefault": true, "deviceComplianceCheckinThresholdDays": 30}}]),
        ),
        Read::of(
            "detected_apps",
            &Kind::DETECTED_APP,
            json!([{"id": "da1", "displayName": "Editor", "version": "1.2", "publisher": "Vendor", "deviceCount": 3, "platform": "windows"}]),
        ),
        Read::keyed(
            "windows_protection_states",
            &Kind::WINDOWS_PROTECTION_STATE,
            [(
                "m1",
                json!({"id": "m1", "realTimeProtectionEnabled": true, "signatureUpdateOverdue": false}),
            )],
        ),
    ]
}

pub(super) fn rest() -> Vec<Read> {
    vec![
        Read::of(
            "organization",
            &Kind::ORGANIZATION,
            json!([{"id": "t1", "displayName": "Contoso", "onPremisesSyncEnabled": null,
                "verifiedDomains": [{"name": "contoso.example", "isDefault": true}]}]),
        ),
        Read::of(
            "domains",
            &Kind::DOMAIN,
            json!([{"id": "contoso.example", "authenticationType": "Managed", "isVerified": true, "passwordValidityPeriodInDays": 2_147_483_647}]),
        ),
        Read::of(
            "subscribed_skus",
            &Kind::SUBSCRIBED_SKU,
            json!([{"id": "t1_sku", "skuId": E5, "skuPartNumber": "SPE_E5", "capabilityStatus": "Enabled", "consumedUnits": 2,
                "prepaidUnits": {"enabled": 5}, "servicePlans": [{"servicePlanName": "EXCHANGE_S_ENTERPRISE"}, {"servicePlanName": "AAD_PREMIUM_P2"}]}]),
        ),
        Read::of(
            "company_subscriptions",
            &Kind::COMPANY_SUBSCRIPTION,
            json!([{"id": "cs1", "skuId": E5, "isTrial": true, "status": "Enabled", "totalLicenses": 5}]),
        ),
        Read::keyed(
            "share_point_settings",
            &Kind::SHARE_POINT_SETTINGS,
            [(
                "sharepointSettings",
                json!({"sharingCapability": "externalUserSharingOnly", "isLegacyAuthProtocolsEnabled": false}),
            )],
        ),
        Read::of(
            "sensitivity_labels",
            &Kind::SENSITIVITY_LABEL,
            json!([{"id": "l1", "displayName": "Confidential", "hasProtection": true}]),
        ),
        Read::of(
            "sign_ins",
            &Kind::SIGN_IN,
            json!([{"id": "si1", "createdDateTime": "2026-11-21T10:00:00Z"}, {"id": "si2", "createdDateTime": "2026-10-22T10:00:00Z"}]),
        ),
        Read::of(
            "directory_audits",
            &Kind::DIRECTORY_AUDIT,
            json!([{"id": "au1", "activityDateTime": "2026-11-21T09:00:00Z", "activityDisplayName": "Add user", "category": "UserManagement",
                "result": "success", "initiatedBy": {"user": {"id": "u1", "userPrincipalName": "u1@contoso.example"}, "app": null},
                "targetResources": [{"id": "u2", "type": "User", "modifiedProperties": []}]}]),
        ),
        Read::of(
            "alerts",
            &Kind::ALERT,
            json!([{"id": "al1", "title": "Odd", "severity": "high", "status": "resolved", "createdDateTime": "2026-11-20T00:00:00Z"}]),
        ),
        Read::of(
            "secure_scores",
            &Kind::SECURE_SCORE,
            json!([{"id": "t1_2026-11-21", "createdDateTime": "2026-11-21T00:00:00Z", "currentScore": 80.5, "maxScore": 100.0}]),
        ),
    ]
}
