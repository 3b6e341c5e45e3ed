//! What `m365 erase` promises to scripts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use crate::common::Tenant;
use serde_json::Value;

const ONLY: &str = "users,groups,registration_details,mailbox_settings,conditional_access_policies,sign_ins,directory_audits,active_users";

fn sync(tenant: &Tenant, more: &[&str]) -> Value {
    let mut arguments = vec!["sync", "--json", "--only", ONLY];
    arguments.extend(more);
    let said = tenant.on_store(&arguments);
    assert_eq!(said.exit, 0, "{said:?}");
    said.json()
}

fn export(tenant: &Tenant, kind: &str) -> String {
    let said = tenant.on_store(&["export", "--kind", kind]);
    assert_eq!(said.exit, 0, "{said:?}");
    said.out
}

/// Everything in the folder of the store.
fn bytes(tenant: &Tenant) -> String {
    let files = std::fs::read_dir(tenant.folder.path()).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .map(|bytes| String::from_utf8_lossy(&bytes).to_ascii_lowercase())
        .collect()
}

fn forgotten(report: &Value, source: &str) -> u64 {
    let sources = report["sources"].as_array().unwrap();
    let source = sources.iter().find(|one| one["id"] == source).unwrap();
    assert_eq!(source["outcome"], "complete", "{source}");
    source["forgotten"].as_u64().unwrap_or_default()
}

#[test]
fn an_erased_person_is_nowhere_and_stays_away_until_readmitted() {
    let tenant = Tenant::new();
    sync(&tenant, &[]);
    let users = export(&tenant, "user");
    let events = export(&tenant, "signIn");
    // Somebody who signed in, and has a mailbox.
    let user: Value = users
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|user| user["mail"].is_string() && events.contains(user["id"].as_str().unwrap()))
        .unwrap();
    let text = |name: &str| user[name].as_str().unwrap().to_ascii_lowercase();
    let (id, upn, mail) = (text("id"), text("userPrincipalName"), text("mail"));
    let before = users.lines().count();

    let said = tenant.on_store(&["erase", "--json", "--user", &upn.to_ascii_uppercase()]);
    let erased = said.json();
    let remaining = erased["remaining"].as_array().unwrap();
    assert_eq!(
        said.exit,
        if remaining.is_empty() { 0 } else { 6 },
        "{said:?}"
    );
    assert!(erased["records"].as_u64().unwrap() > 2, "{erased}");
    assert_eq!(erased["is_scrubbed"], true);
    assert!(!said.out.contains(&upn) && !said.err.contains(&upn));
    let bytes = bytes(&tenant);
    for name in [&id, &upn, &mail] {
        let left = bytes.matches(name.as_str()).count();
        assert!(left <= remaining.len(), "{name} is left {left} times");
    }
    assert_eq!(export(&tenant, "user").lines().count(), before - 1);

    let report = sync(&tenant, &["--full"]);
    assert!(forgotten(&report, "users") >= 1);
    assert!(forgotten(&report, "groups") >= 1, "their memberships");
    assert_eq!(export(&tenant, "user").lines().count(), before - 1);
    assert!(!export(&tenant, "signIn").contains(&id));
    assert!(!export(&tenant, "edge").contains(&id));

    let said = tenant.on_store(&["erase", "--user", &id, "--readmit"]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""), "{said:?}");
    assert_eq!(forgotten(&sync(&tenant, &["--full"]), "users"), 0);
    assert_eq!(export(&tenant, "user"), users);
}

#[test]
fn who_is_meant_must_be_clear_and_a_tenant_is_deleted_only_when_confirmed() {
    let tenant = Tenant::new();
    let nothing = tenant.on_store(&["erase", "--user", "ada@contoso.example"]);
    assert_eq!(nothing.exit, 1, "{nothing:?}");
    assert!(!tenant.store().exists(), "erasing makes no store");
    sync(&tenant, &[]);
    let before = bytes(&tenant).len();
    for arguments in [
        &["erase"][..],
        &["erase", "--user", "enabled"],
        &["erase", "--tenant", tenant.sim.tenant_id()],
        &["erase", "--tenant", "fabrikam.example", "--confirm"],
        &["erase", "--user", "a@b", "--tenant", tenant.sim.tenant_id()],
        &["sync", "--keep", "users"],
        &["sync", "--keep", "people=3"],
    ] {
        let said = tenant.on_store(arguments);
        assert_eq!(said.exit, 2, "{arguments:?}: {said:?}");
        assert!(said.out.is_empty());
    }
    assert!(bytes(&tenant).len() >= before);
    let said = tenant.on_store(&[
        "erase",
        "--tenant",
        tenant.sim.tenant_id(),
        "--confirm",
        "--json",
    ]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert_eq!(said.json()["done"], "deleted");
    assert_eq!(std::fs::read_dir(tenant.folder.path()).unwrap().count(), 0);
}
