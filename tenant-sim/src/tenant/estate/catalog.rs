//! Policies of the settings catalogue, which exists in beta only.
//! <https://learn.microsoft.com/graph/api/resources/intune-deviceconfigv2-devicemanagementconfigurationpolicy?view=graph-rest-beta>

use serde_json::{Value, json};

use crate::clock::{DAY, iso};
use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::estate::roll;
use crate::tenant::estate::target::Target;

/// What a setting is set to.
#[derive(Debug, Clone, Copy)]
enum Setting {
    /// One of the options that the definition names; here the last part of the option's id.
    Choice(&'static str, &'static str),
    Number(&'static str, i64),
}

/// A policy and its settings.
#[derive(Debug)]
pub(crate) struct CatalogPolicy {
    pub(crate) id: Guid,
    pub(crate) targets: &'static [Target],
    settings: &'static [Setting],
    pub(crate) body: Value,
}

/// Name, template family, platforms, targets, settings.
type Spec = (
    &'static str,
    &'static str,
    &'static str,
    &'static [Target],
    &'static [Setting],
);

const POLICIES: [Spec; 6] = [
    (
        "Defender Antivirus",
        "endpointSecurityAntivirus",
        "windows10",
        &[Target::AllDevices],
        &[
            Setting::Choice(
                "device_vendor_msft_policy_config_defender_allowrealtimemonitoring",
                "1",
            ),
            Setting::Choice(
                "device_vendor_msft_policy_config_defender_allowcloudprotection",
                "1",
            ),
            Setting::Choice(
                "device_vendor_msft_policy_config_defender_cloudblocklevel",
                "2",
            ),
            Setting::Number(
                "device_vendor_msft_policy_config_defender_avgcpuloadfactor",
                50,
            ),
            Setting::Number(
                "device_vendor_msft_policy_config_defender_daystoretaincleanedmalware",
                30,
            ),
            Setting::Choice(
                "device_vendor_msft_policy_config_defender_puaprotection",
                "1",
            ),
        ],
    ),
    (
        "BitLocker",
        "endpointSecurityDiskEncryption",
        "windows10",
        &[Target::AllDevices, Target::Except(1)],
        &[
            Setting::Choice("device_vendor_msft_bitlocker_requiredeviceencryption", "1"),
            Setting::Choice(
                "device_vendor_msft_bitlocker_allowwarningforotherdiskencryption",
                "0",
            ),
            Setting::Choice(
                "device_vendor_msft_bitlocker_configurerecoverypasswordrotation",
                "1",
            ),
        ],
    ),
    (
        "Firewall",
        "endpointSecurityFirewall",
        "windows10",
        &[Target::AllDevices],
        &[
            Setting::Choice(
                "vendor_msft_firewall_mdmstore_domainprofile_enablefirewall",
                "true",
            ),
            Setting::Choice(
                "vendor_msft_firewall_mdmstore_privateprofile_enablefirewall",
                "true",
            ),
            Setting::Choice(
                "vendor_msft_firewall_mdmstore_publicprofile_enablefirewall",
                "true",
            ),
        ],
    ),
    (
        "Attack surface reduction",
        "endpointSecurityAttackSurfaceReduction",
        "windows10",
        &[Target::Group(0)],
        &[
            Setting::Choice(
                "device_vendor_msft_policy_config_defender_attacksurfacereductionrules_blockexecutionofpotentiallyobfuscatedscripts",
                "block",
            ),
            Setting::Choice(
                "device_vendor_msft_policy_config_defender_attacksurfacereductionrules_blockcredentialstealingfromwindowslocalsecurityauthoritysubsystem",
                "audit",
            ),
        ],
    ),
    (
        "Screen lock",
        "none",
        "windows10",
        &[Target::AllUsers],
        &[
            Setting::Number(
                "device_vendor_msft_policy_config_devicelock_maxinactivitytimedevicelock",
                15,
            ),
            Setting::Number(
                "device_vendor_msft_policy_config_devicelock_mindevicepasswordlength",
                8,
            ),
        ],
    ),
    (
        "Mac disk encryption",
        "none",
        "macOS",
        &[Target::AllUsers],
        &[
            Setting::Choice("com.apple.mcx.filevault2_enable", "0"),
            Setting::Choice("com.apple.mcx.filevault2_defer", "true"),
        ],
    ),
];

/// All policies, in the order in which they are listed.
pub(crate) fn policies(tenant: &Tenant) -> Vec<CatalogPolicy> {
    let all = POLICIES.iter().enumerate();
    all.map(|(number, (name, family, platforms, targets, settings))| {
        let id = tenant.derived_id("configuration policy", number as u64);
        let age = i64::try_from(roll(id, 1) % 300).unwrap_or(0);
        let templated = *family != "none";
        let template = if templated {
            format!("{}_1", guid::text(guid::guid(0x7465_6D70, number as u64)))
        } else {
            String::new()
        };
        let body = json!({
            "id": guid::text(id),
            "name": name,
            "description": "",
            "platforms": platforms,
            "technologies": if templated { "mdm,microsoftSense" } else { "mdm" },
            "createdDateTime": iso(tenant.base - (age + 100) * DAY),
            "lastModifiedDateTime": iso(tenant.base - (age / 3 + 5) * DAY),
            "settingCount": settings.len(),
            "creationSource": null,
            "roleScopeTagIds": ["0"],
            "isAssigned": !targets.is_empty(),
            "templateReference": {
                "templateId": template,
                "templateFamily": family,
                "templateDisplayName": templated.then_some(name),
                "templateDisplayVersion": templated.then_some("Version 1"),
            },
        });
        CatalogPolicy {
            id,
            targets,
            settings,
            body,
        }
    })
    .collect()
}

impl CatalogPolicy {
    /// The settings; their ids count from `0` in every policy.
    pub(crate) fn settings(&self) -> Vec<Value> {
        let instance = |setting: &Setting| match setting {
            Setting::Choice(definition, option) => json!({
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                "settingDefinitionId": definition,
                "settingInstanceTemplateReference": null,
                "choiceSettingValue": {
                    "settingValueTemplateReference": null,
                    "value": format!("{definition}_{option}"),
                    "children": [],
                },
            }),
            Setting::Number(definition, number) => json!({
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                "settingDefinitionId": definition,
                "settingInstanceTemplateReference": null,
                "simpleSettingValue": {
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue",
                    "settingValueTemplateReference": null,
                    "value": number,
                },
            }),
        };
        let numbered = self.settings.iter().enumerate();
        numbered
            .map(|(number, setting)| {
                json!({"id": number.to_string(), "settingInstance": instance(setting)})
            })
            .collect()
    }
}
