//! The program: what it prints, and how it refuses.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

#[tokio::test]
async fn it_prints_where_it_is_and_serves_there() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tenant-sim"))
        .args(["--users", "30", "--seed", "7"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap())
        .lines()
        .take(5);
    let value = |line: &str, name: &str| {
        line.strip_prefix(&format!("export {name}="))
            .unwrap()
            .to_owned()
    };
    let lines: Vec<String> = lines.map(Result::unwrap).collect();
    let names = [
        "M365_TENANT_ID",
        "M365_CLIENT_ID",
        "M365_CLIENT_SECRET",
        "M365_GRAPH_URL",
        "M365_LOGIN_URL",
    ];
    let [tenant, client, secret, graph, login]: [String; 5] =
        std::array::from_fn(|number| value(&lines[number], names[number]));
    let http = reqwest::Client::new();
    let form = format!(
        "grant_type=client_credentials&client_id={client}&client_secret={secret}&scope={graph}/.default"
    );
    let answer = http
        .post(format!("{login}/{tenant}/oauth2/v2.0/token"))
        .body(form)
        .send()
        .await
        .unwrap();
    let token: Value = answer.json().await.unwrap();
    let users = http
        .get(format!("{graph}/v1.0/users"))
        .bearer_auth(token["access_token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(
        users.json::<Value>().await.unwrap()["value"]
            .as_array()
            .unwrap()
            .len(),
        30
    );
    program.kill().unwrap();
    program.wait().unwrap();
}

#[tokio::test]
async fn it_serves_tenants_of_successive_seeds_to_one_app() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tenant-sim"))
        .args(["--tenants", "3", "--users", "10", "--seed", "7"])
        .args(["--revoke", "Group.Read.All"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let lines: Vec<String> = lines.take(7).map(Result::unwrap).collect();
    let value = |at: usize| lines[at].split_once('=').unwrap().1.to_owned();
    assert!(
        lines[5..]
            .iter()
            .all(|line| line.starts_with("# M365_TENANT_ID="))
    );
    for (tenant, domain) in [(0, "tenant7"), (5, "tenant8"), (6, "tenant9")] {
        let (client, secret, origin) = (value(1), value(2), value(3));
        let form = format!(
            "grant_type=client_credentials&client_id={client}&client_secret={secret}&scope={origin}/.default"
        );
        let http = reqwest::Client::new();
        let ask = http.post(format!("{origin}/{}/oauth2/v2.0/token", value(tenant)));
        let token: Value = ask.body(form).send().await.unwrap().json().await.unwrap();
        let get = |path: &str| {
            http.get(format!("{origin}/v1.0/{path}"))
                .bearer_auth(token["access_token"].as_str().unwrap())
                .send()
        };
        let domains = get("domains").await.unwrap().text().await.unwrap();
        assert!(domains.contains(&format!("{domain}.example")), "{domains}");
        assert_eq!(get("groups").await.unwrap().status(), 403);
    }
    program.kill().unwrap();
    program.wait().unwrap();
}

#[test]
fn it_refuses_to_revoke_what_nothing_asks_for() {
    let output = Command::new(env!("CARGO_BIN_EXE_tenant-sim"))
        .args(["--revoke", "Users.Read.All"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    let sentence = "tenant-sim: nothing that is served needs the permission 'Users.Read.All': did you mean 'User.Read.All'?\n";
    assert!(text.starts_with(sentence), "{text}");
}

#[test]
fn it_refuses_unknown_options_with_its_usage_and_status_two() {
    let output = Command::new(env!("CARGO_BIN_EXE_tenant-sim"))
        .arg("--fast")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with("tenant-sim: unknown option '--fast'\n\nusage: tenant-sim"),
        "{text}"
    );
}

#[test]
fn it_says_that_a_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_tenant-sim"))
        .args(["--port", &port])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with(&format!(
            "tenant-sim: could not listen on 127.0.0.1 port {port}: "
        )),
        "{text}"
    );
}
