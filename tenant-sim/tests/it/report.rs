//! Usage reports: the redirect, the file, and the names in it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use crate::common::served::{ANSWERS, Answer};
use crate::common::{Reader, offline_bearer};
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value;
use tenant_sim::{Area, Sim, SimHandle};

struct Reports {
    sim: SimHandle,
    reader: Reader,
}

impl Reports {
    async fn new() -> Self {
        let sim = Sim::builder().start().await.unwrap();
        let mut reader = Reader::new(&sim).await;
        reader.http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { sim, reader }
    }

    /// Where the file of a report is.
    async fn location(&self, report: &str) -> String {
        let response = self
            .reader
            .send(&format!("v1.0/reports/{report}"), &[])
            .await;
        assert_eq!(response.status().as_u16(), 302, "{report}");
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The rows of a report by column.
    async fn rows(&self, report: &str) -> Vec<BTreeMap<String, String>> {
        let location = self.location(report).await;
        let response = Client::new().get(location).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        let text = response.text().await.unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(ToOwned::to_owned));
        let headers: Vec<String> = lines.next().unwrap().collect();
        lines
            .map(|cells| {
                let cells: Vec<String> = cells.collect();
                assert_eq!(cells.len(), headers.len(), "{report}: {cells:?}");
                headers.iter().cloned().zip(cells).collect()
            })
            .collect()
    }
}

fn file_templates() -> Vec<String> {
    let files = ANSWERS.iter().filter(|(_, answer)| *answer == Answer::File);
    files
        .map(|(template, _)| {
            template
                .trim_start_matches("reports/")
                .replace("{id}", "D30")
        })
        .collect()
}

#[tokio::test]
async fn a_report_is_a_302_to_a_file_that_refuses_a_token() {
    let reports = Reports::new().await;
    for report in all_reports() {
        let location = reports.location(&report).await;
        assert!(location.starts_with(reports.sim.graph_url()), "{location}");
        let client = Client::new();
        let with = client
            .get(&location)
            .bearer_auth(&reports.reader.token)
            .send()
            .await
            .unwrap();
        assert_eq!(with.status().as_u16(), 401, "{report}");
        let without = client.get(&location).send().await.unwrap();
        assert_eq!(without.status().as_u16(), 200, "{report}");
        assert_eq!(
            without.headers()["content-type"],
            "application/octet-stream"
        );
        assert!(
            without
                .bytes()
                .await
                .unwrap()
                .starts_with("\u{feff}Report Refresh Date,".as_bytes())
        );
    }
    let stats = reports.sim.stats();
    assert_eq!(
        (stats.without_bearer, stats.wrong_bearer, stats.writes),
        (0, 0, 0)
    );
    assert_eq!(stats.route("reports/download/{token}"), 14);
    let forged = format!("{}/reports/download/forged", reports.sim.graph_url());
    assert_eq!(
        Client::new()
            .get(forged)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        403
    );
}

fn all_reports() -> Vec<String> {
    let found = file_templates();
    assert_eq!(found.len(), 7);
    found
}

#[tokio::test]
async fn the_columns_are_the_documented_ones_in_their_order() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/graph/report-columns.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: there is no copy of the columns beside the checkout");
        return;
    };
    let known: Value = serde_json::from_str(&text).unwrap();
    let reports = Reports::new().await;
    for report in all_reports() {
        let name = report.split('(').next().unwrap();
        let documented: Vec<&str> = known["reports"][name]["v1.0"]["csvColumns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column.as_str().unwrap())
            .collect();
        let location = reports.location(&report).await;
        let text = Client::new()
            .get(location)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let headers = text.trim_start_matches('\u{feff}').lines().next().unwrap();
        assert_eq!(
            headers.split(',').collect::<Vec<_>>(),
            documented,
            "{report}"
        );
    }
}

#[tokio::test]
async fn reports_are_of_the_people_who_hold_licenses() {
    let reports = Reports::new().await;
    let truth = reports.sim.truth();
    let licensed: BTreeSet<String> = truth
        .users
        .values()
        .filter(|user| !user["assignedLicenses"].as_array().unwrap().is_empty())
        .map(|user| user["userPrincipalName"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(licensed.len(), 50);
    for report in [
        "getOffice365ActiveUserDetail(period='D180')",
        "getMailboxUsageDetail(period='D7')",
        "getEmailActivityUserDetail(period='D30')",
        "getTeamsUserActivityUserDetail(period='D90')",
    ] {
        let rows = reports.rows(report).await;
        let people: BTreeSet<String> = rows
            .iter()
            .map(|row| row["User Principal Name"].clone())
            .collect();
        assert_eq!(people, licensed, "{report}");
        assert_eq!(rows.len(), licensed.len(), "{report}");
    }
    let drives = reports
        .rows("getOneDriveUsageAccountDetail(period='D30')")
        .await;
    let owners: BTreeSet<String> = drives
        .iter()
        .map(|row| row["Owner Principal Name"].clone())
        .collect();
    assert_eq!(owners, licensed);
    assert!(drives.iter().all(|row| row["Report Period"] == "30"));
    let activations = reports.rows("getOffice365ActivationsUserDetail").await;
    let keys: BTreeSet<_> = activations
        .iter()
        .map(|row| (&row["User Principal Name"], &row["Product Type"]))
        .collect();
    assert_eq!(keys.len(), activations.len());
    assert!(
        !reports
            .rows("getSharePointSiteUsageDetail(period='D30')")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn concealed_names_are_the_same_hash_in_every_report() {
    let reports = Reports::new().await;
    let plain = reports.rows("getMailboxUsageDetail(period='D30')").await;
    let settings = reports.reader.get("v1.0/admin/reportSettings").await;
    assert_eq!(settings["displayConcealedNames"], false);
    reports.sim.conceal_report_names(true);
    let settings = reports.reader.get("v1.0/admin/reportSettings").await;
    assert_eq!(settings["displayConcealedNames"], true);
    let mailboxes = reports.rows("getMailboxUsageDetail(period='D30')").await;
    let drives = reports
        .rows("getOneDriveUsageAccountDetail(period='D30')")
        .await;
    assert_eq!(mailboxes.len(), plain.len());
    let hashed = |text: &str| {
        text.len() == 32 && text.chars().all(|digit| "0123456789ABCDEF".contains(digit))
    };
    for row in &mailboxes {
        assert!(
            hashed(&row["User Principal Name"]) && hashed(&row["Display Name"]),
            "{row:?}"
        );
    }
    for row in &drives {
        assert!(
            hashed(&row["Site URL"]) && hashed(&row["Owner Principal Name"]),
            "{row:?}"
        );
    }
    let people: BTreeSet<&String> = mailboxes
        .iter()
        .map(|row| &row["User Principal Name"])
        .collect();
    let owners: BTreeSet<&String> = drives
        .iter()
        .map(|row| &row["Owner Principal Name"])
        .collect();
    assert_eq!((people.len(), &people), (plain.len(), &owners));
    assert_eq!(
        mailboxes[0]["Item Count"], plain[0]["Item Count"],
        "numbers stay"
    );
    // A page of the documentation shows the settings inside `value`.
    reports.sim.wrap_single_entities(true);
    let settings = reports.reader.get("v1.0/admin/reportSettings").await;
    assert_eq!(settings["value"]["displayConcealedNames"], true);
}

#[tokio::test]
async fn an_emptied_report_has_its_headers_alone() {
    let reports = Reports::new().await;
    reports.sim.empty(Area::MailboxUsages, true);
    let location = reports
        .location("getMailboxUsageDetail(period='D30')")
        .await;
    let text = Client::new()
        .get(location)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(
        !reports
            .rows("getEmailActivityUserDetail(period='D30')")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn an_unknown_period_is_a_400_and_json_a_501() {
    let reports = Reports::new().await;
    let refusal = |path: &'static str| async { reports.reader.refusal(path, &[]).await.0 };
    assert_eq!(
        refusal("v1.0/reports/getMailboxUsageDetail(period='D31')").await,
        400
    );
    assert_eq!(refusal("v1.0/reports/getMailboxUsageDetail").await, 400);
    assert_eq!(
        refusal("beta/reports/getMailboxUsageDetail(period='D30')?$format=application/json").await,
        501
    );
}

#[test]
fn the_link_of_a_report_is_good_for_minutes() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let sim = Sim::builder().now(now).offline();
    let get = |path: &str, token: Option<&str>| {
        let mut request = http::Request::get(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.body(bytes::Bytes::new()).unwrap()
    };
    let token = offline_bearer(&sim);
    let url = format!(
        "{}/v1.0/reports/getOffice365ActivationsUserDetail",
        sim.graph_url()
    );
    let redirect = sim
        .answer(Duration::from_secs(1), &get(&url, Some(&token)))
        .unwrap();
    assert_eq!(redirect.status(), 302);
    let location = redirect.headers()["location"].to_str().unwrap();
    let at = |seconds| {
        sim.answer(Duration::from_secs(seconds), &get(location, None))
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!((at(2), at(299), at(302)), (200, 200, 403));
}
