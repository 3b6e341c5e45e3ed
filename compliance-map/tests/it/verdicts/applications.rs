//! Consent, permissions and owners of applications.

use super::support::{ask, failing, status, tenant, with};
use crate::common::cases::whole;
use compliance_map::Status;
use serde_json::json;

#[test]
fn user_consent_is_harmless_by_the_name_of_its_permission_grant_policy_only() {
    let asked = |policies: &[&str]| {
        let row = json!([{"users_can_register_apps": false, "user_consent": policies}]);
        status(&json!({"identity.app_consent": whole(&row)}), "app_consent")
    };
    let of = |name: &str| format!("ManagePermissionGrantsForSelf.{name}");
    assert_eq!(asked(&[]), Status::Satisfied);
    assert_eq!(
        asked(&[&of("microsoft-user-default-low")]),
        Status::Satisfied
    );
    let team =
        "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team";
    assert_eq!(asked(&[team]), Status::Satisfied);
    assert_eq!(
        asked(&[&of("microsoft-user-default-recommended")]),
        Status::NotSatisfied
    );
    assert_eq!(
        asked(&[&of("microsoft-user-default-legacy")]),
        Status::NotSatisfied
    );
    assert_eq!(asked(&[&of("contoso-everything")]), Status::Unknown);
    assert_eq!(
        asked(&[&of("microsoft-user-default-low"), "SomethingNew.low"]),
        Status::Unknown
    );
}

#[test]
fn an_application_permission_is_harmless_by_name_only() {
    let asked = |permission: &str| {
        let row = json!([{"id": "sp", "first_party": false, "permissions": [permission],
            "credentials": [{"kind": "secret", "expires": "2027-05-01T00:00:00Z"}]}]);
        ask(
            &with(tenant(&[]), "identity.service_principals", row),
            "privileged_applications".into(),
        )
    };
    for read in [
        "User.Read.All",
        "Sites.FullControl.All",
        "Mail.ReadWrite",
        "Directory.Read.All",
    ] {
        assert_eq!(asked(read).status, Status::Satisfied, "{read}");
    }
    for writes in [
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "Domain.ReadWrite.All",
    ] {
        assert_eq!(failing(&asked(writes)), ["sp"], "{writes}");
    }
    for strange in [
        "Something.ReadWrite.All",
        "full_access",
        "6a1c3f2e-0000-4000-8000-000000000001",
    ] {
        assert_eq!(asked(strange).status, Status::Unknown, "{strange}");
    }
}

#[test]
fn a_managed_identity_needs_no_owner() {
    let asked = |kind: &str| {
        let rows = json!([{"id": "sp", "owners": [], "first_party": false, "type": kind},
            {"id": "own", "owners": ["u1"], "first_party": false}]);
        status(
            &json!({"identity.service_principals": whole(&rows)}),
            "application_owners",
        )
    };
    assert_eq!(asked("ManagedIdentity"), Status::Satisfied);
    assert_eq!(asked("SocialIdp"), Status::Satisfied);
    assert_eq!(asked("Application"), Status::PartiallySatisfied);
}
