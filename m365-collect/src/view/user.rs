//! An account, and when it signed in.

#![expect(
    clippy::struct_field_names,
    reason = "fields carry the names of Graph's properties"
)]

use serde::Deserialize;

/// <https://learn.microsoft.com/graph/api/resources/user>. When people leave is not read: it needs a
/// permission of its own, `User-LifeCycleInfo.Read.All`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) user_principal_name: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) account_enabled: Option<bool>,
    pub(crate) user_type: Option<String>,
    pub(crate) created_date_time: Option<String>,
    pub(crate) on_premises_sync_enabled: Option<bool>,
    pub(crate) department: Option<String>,
    pub(crate) job_title: Option<String>,
    pub(crate) employee_id: Option<String>,
    pub(crate) external_user_state: Option<String>,
    pub(crate) external_user_state_change_date_time: Option<String>,
    assigned_licenses: Option<Vec<AssignedLicense>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignedLicense {
    sku_id: Option<String>,
}

impl User {
    /// The ids of the products that are assigned; `None` where that was not read.
    pub(crate) fn take_sku_ids(&mut self) -> Option<Vec<String>> {
        let licenses = self.assigned_licenses.take()?.into_iter();
        Some(licenses.filter_map(|license| license.sku_id).collect())
    }
}

/// The same with nothing but its sign-ins, which are read apart.
/// <https://learn.microsoft.com/graph/api/resources/user>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignIn {
    /// Absent on one user of a page that carries it: this one never signed in.
    pub(crate) sign_in_activity: Option<SignInActivity>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInActivity {
    pub(crate) last_sign_in_date_time: Option<String>,
    pub(crate) last_non_interactive_sign_in_date_time: Option<String>,
    pub(crate) last_successful_sign_in_date_time: Option<String>,
}
