//! `m365 check`: the first minute of a new user, and a contract for scripts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use crate::common::{Said, command, run};
use tenant_sim::{Area, CredentialState, Sim, SimHandle};

fn sim() -> SimHandle {
    Sim::builder().start_blocking().unwrap()
}

fn check(sim: &SimHandle, arguments: &[&str]) -> Said {
    run(command(sim).arg("check").args(arguments))
}

#[test]
fn a_good_connection_is_shown_stage_by_stage_and_source_by_source() {
    let sim = sim();
    let said = check(&sim, &[]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""), "{said:?}");
    assert!(
        said.out.starts_with("connected: tenant Contoso ("),
        "{said:?}"
    );
    for words in [
        "ok        authentication",
        "ok        permissions",
        "ok        report names",
        "not known credentials",
        "users                        ready",
        "nothing stands in the way",
    ] {
        assert!(said.out.contains(words), "{words}: {said:?}");
    }
}

#[test]
fn json_goes_to_standard_output_alone_and_has_a_code_for_each_problem() {
    let sim = sim();
    sim.revoke("Group.Read.All");
    let said = check(&sim, &["--json"]);
    assert_eq!(said.exit, 4, "{said:?}");
    let json = said.json();
    assert_eq!(json["status"], "permission_error");
    let problem = &json["problems"][0];
    assert_eq!(problem["code"], "permission_missing");
    assert_eq!(problem["permission"], "Group.Read.All");
    assert_eq!(problem["blocks"][0], "groups");
    assert!(
        problem["link"]
            .as_str()
            .unwrap()
            .starts_with("https://learn.microsoft.com/")
    );
    assert!(
        said.err.starts_with("m365: ") && said.err.contains("Group.Read.All"),
        "{said:?}"
    );
}

#[test]
fn each_problem_has_its_exit_status() {
    for (state, exit, code) in [
        (CredentialState::WrongSecret, 3, "wrong_secret"),
        (CredentialState::SecretExpired, 3, "secret_expired"),
        (CredentialState::AppNotFound, 3, "app_not_found"),
        (CredentialState::TenantNotFound, 3, "tenant_not_found"),
        (
            CredentialState::ConditionalAccessBlocked,
            3,
            "conditional_access",
        ),
        (CredentialState::NoConsent, 4, "no_consent"),
        (CredentialState::Throttled, 5, "throttled"),
    ] {
        let sim = sim();
        sim.credential_state(state);
        let said = check(&sim, &["--json"]);
        assert_eq!(said.exit, exit, "{state:?}: {said:?}");
        assert_eq!(said.json()["problems"][0]["code"], code, "{said:?}");
        let said = check(&sim, &[]);
        assert_eq!(said.exit, exit, "{state:?}: {said:?}");
        for words in ["  do:  ", "  see: https://learn.microsoft.com/"] {
            assert!(said.out.contains(words), "{words}: {said:?}");
        }
        assert!(!format!("{said:?}").contains(sim.client_secret()));
    }
}

#[test]
fn a_service_that_throttles_is_told_without_waiting_for_it() {
    let sim = sim();
    sim.throttle_all(Some(7200));
    let said = check(&sim, &["--json"]);
    assert_eq!(said.exit, 5, "{said:?}");
    let json = said.json();
    assert_eq!(
        (&json["status"], &json["problems"][0]["code"]),
        (&"service_error".into(), &"throttled".into())
    );
    assert!(json["milliseconds"].as_u64().unwrap() < 20_000, "{said:?}");
}

#[test]
fn a_part_that_cannot_be_read_for_want_of_a_license_is_partial() {
    let sim = sim();
    sim.unlicense(Area::RoleEligibility);
    let said = check(&sim, &["--json"]);
    assert_eq!(said.exit, 6, "{said:?}");
    assert_eq!(said.json()["status"], "connected");
    assert_eq!(said.json()["problems"][0]["plan"], "AAD_PREMIUM_P2");
}

#[test]
fn the_id_of_the_secret_is_told_from_another_wrong_secret() {
    let sim = sim();
    let said = run(command(&sim)
        .args(["check", "--json"])
        .env("M365_CLIENT_SECRET", "6731de76-14a6-49ae-97bc-6eba6914391e"));
    assert_eq!(said.exit, 3, "{said:?}");
    assert_eq!(said.json()["problems"][0]["code"], "secret_id_as_value");
    assert!(!format!("{said:?}").contains("6731de76"), "{said:?}");
}

#[test]
fn a_service_that_is_not_there_is_told_soon() {
    let sim = sim();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let said = run(command(&sim)
        .args(["check", "--json"])
        .env("M365_LOGIN_URL", closed));
    assert_eq!(said.exit, 1, "{said:?}");
    let json = said.json();
    assert_eq!(json["status"], "service_error");
    assert_eq!(json["problems"][0]["code"], "unreachable");
    assert!(json["milliseconds"].as_u64().unwrap() < 20_000, "{said:?}");
}
