//! Usage reports: the redirect, the file, and its rows.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::collections::BTreeMap;

use crate::support::{Fixture, fixture};
use graph_client::test_util::Answer;
use graph_client::{Error, Report, ReportPeriod, TransportErrorKind};
use proptest::prelude::*;
use serde::Deserialize;

const PATH: &str = "/v1.0/reports/getMailboxUsageDetail(period='D7')";
const LINK: &str = "https://reports.office.example/data/x?code=pr3auth";
const FILE: &str = "/data/x";

#[derive(Debug, PartialEq, Deserialize)]
struct Usage {
    #[serde(rename = "User Principal Name")]
    user: String,
    #[serde(rename = "Is Deleted")]
    deleted: bool,
    #[serde(rename = "Storage Used (Byte)")]
    bytes: Option<u64>,
    #[serde(rename = "Deleted Date")]
    deleted_date: Option<String>,
    #[serde(flatten)]
    other: BTreeMap<String, String>,
}

async fn read(f: &Fixture) -> graph_client::Result<Report<Usage>> {
    f.client
        .report("getMailboxUsageDetail")
        .period(ReportPeriod::D7)
        .send()
        .await
}

fn redirect() -> Answer {
    Answer::status(302).header("location", LINK)
}

/// A fixture whose file is this.
fn with_file(csv: &str) -> Fixture {
    let f = fixture();
    f.graph.on(PATH, [redirect()]);
    f.graph.on(FILE, [Answer::status(200).body(csv)]);
    f
}

const CSV: &str = "\u{feff}Report Refresh Date,User Principal Name,Is Deleted,Deleted Date,\
    Storage Used (Byte),Report Period,New Column\r\n\
    2026-01-01,\"adele, \"\"the\"\" one\",False,,123456789012,7,42\r\n\
    2026-01-01,bob@contoso.com,True,2025-12-31,,7,\r\n";

#[tokio::test]
async fn the_302_of_a_report_is_followed_without_the_token_and_shown_nowhere() {
    let f = with_file(CSV);
    let report = read(&f).await.unwrap();
    let requests = f.graph.requests();
    assert_eq!(requests[0].header("authorization"), Some("Bearer token-1"));
    assert_eq!(requests[1].url.as_str(), LINK);
    for header in [
        "authorization",
        "client-request-id",
        "cookie",
        "x-ms-throttle-priority",
    ] {
        assert_eq!(requests[1].header(header), None, "{header}");
    }
    assert!(!format!("{report:?}").contains("pr3auth"));
}

#[tokio::test]
async fn rows_are_typed_by_header_and_unknown_columns_are_kept() {
    let report = read(&with_file(CSV)).await.unwrap();
    assert_eq!(report.refreshed(), Some("2026-01-01"));
    assert_eq!(report.columns()[0], "Report Refresh Date");
    assert_eq!(report.columns()[6], "New Column");
    let rows: Vec<Usage> = report.rows().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].user, "adele, \"the\" one");
    assert_eq!(
        (rows[0].deleted, rows[0].bytes),
        (false, Some(123_456_789_012))
    );
    assert_eq!(rows[0].other["New Column"], "42");
    assert_eq!(rows[0].deleted_date, None);
    assert_eq!((rows[1].deleted, rows[1].bytes), (true, None));
    assert_eq!(rows[1].deleted_date.as_deref(), Some("2025-12-31"));
}

#[tokio::test]
async fn a_malformed_row_is_reported_and_the_rest_delivered() {
    let f = with_file(
        "Report Refresh Date,User Principal Name,Is Deleted,Storage Used (Byte),Deleted Date\n\
         2026-01-01,a,False,s3cret,\n2026-01-01,b\n2026-01-01,c,False,1,\n",
    );
    let rows: Vec<Result<Usage, Error>> = read(&f).await.unwrap().rows().collect();
    assert_eq!(rows.len(), 3);
    let item = rows[0].as_ref().unwrap_err().item().unwrap().clone();
    assert_eq!((item.index, item.path.as_str()), (0, "Storage Used (Byte)"));
    assert_eq!(item.expected.as_deref(), Some("a number of things"));
    let shown = format!("{:?} {}", rows[0], rows[0].as_ref().unwrap_err());
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(rows[1].as_ref().unwrap_err().is_malformed_item());
    assert_eq!(rows[2].as_ref().unwrap().user, "c");
}

#[tokio::test]
async fn what_is_no_report_is_an_error_and_not_an_empty_one() {
    for body in ["{\"error\":1}", "a,b\n1,2\n"] {
        let error = read(&with_file(body)).await.unwrap_err();
        assert!(error.is_decode() && !error.is_unreadable(), "{body}");
    }
    let empty = read(&with_file("Report Refresh Date,User Principal Name\r\n"))
        .await
        .unwrap();
    assert_eq!((empty.rows().count(), empty.refreshed()), (0, None));
}

#[tokio::test]
async fn an_expired_link_is_asked_for_anew_once() {
    let f = fixture();
    f.graph.on(PATH, vec![redirect(); 2]);
    f.graph
        .on(FILE, [Answer::status(403), Answer::status(200).body(CSV)]);
    assert_eq!(read(&f).await.unwrap().rows().count(), 2);
    let f = fixture();
    f.graph.on(PATH, vec![redirect(); 3]);
    f.graph.on(FILE, vec![Answer::status(403); 3]);
    let error = read(&f).await.unwrap_err();
    assert!(
        !error.is_permission_denied() && error.status().is_none(),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("pr3auth"));
    assert_eq!(f.graph.requests().len(), 4);
}

#[tokio::test]
async fn a_broken_download_is_tried_again_and_a_missing_permission_is_told() {
    let f = fixture();
    f.graph.on(PATH, [redirect()]);
    f.graph
        .on(FILE, [Answer::status(503), Answer::status(200).body(CSV)]);
    assert_eq!(read(&f).await.unwrap().rows().count(), 2);
    let f = fixture();
    f.graph.on(PATH, [Answer::error(403, "S2SUnauthorized")]);
    assert!(read(&f).await.unwrap_err().is_permission_denied());
}

#[tokio::test]
async fn a_link_that_is_not_encrypted_is_refused() {
    for link in [
        "http://reports.office.example/x",
        "ftp://reports.office.example/x",
        "https://user:pw@reports.office.example/x",
        "file:///etc/passwd",
    ] {
        let f = fixture();
        f.graph
            .on(PATH, [Answer::status(302).header("location", link)]);
        assert!(read(&f).await.unwrap_err().is_refused_link(), "{link}");
        assert_eq!(f.graph.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_link_into_a_private_network_is_refused_and_nothing_is_sent_there() {
    for link in [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/metadata/instance",
        "https://100.64.0.1/x",
        "https://0/x",
        "https://224.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:192.168.0.1]/x",
        "https://[64:ff9b::10.0.0.1]/x",
        "https://[2002:a00:1::]/x",
        "https://[fd00::1]/x",
        "https://intranet/x",
        "https://vault.internal/x",
        "https://reports.office.example:8443/x",
    ] {
        let f = fixture();
        f.graph
            .on(PATH, [Answer::status(302).header("location", link)]);
        let error = read(&f).await.unwrap_err();
        assert!(error.is_refused_link(), "{link}: {error}");
        assert_eq!(f.graph.requests().len(), 1);
    }
}

#[tokio::test]
async fn what_a_name_stands_for_has_to_be_public_too_and_no_redirect_leads_on() {
    let f = fixture();
    f.graph.on(PATH, [redirect()]);
    let elsewhere = Answer::status(302).header("location", "https://10.0.0.1/x");
    f.graph.on(FILE, [elsewhere]);
    assert!(read(&f).await.unwrap_err().is_refused_link());
    let requests = f.graph.requests();
    let only: Vec<bool> = requests.iter().map(|request| request.public_only).collect();
    assert_eq!(only, [false, true], "Graph itself may be anywhere");

    let f = fixture();
    f.graph.on(PATH, [redirect()]);
    f.graph
        .on(FILE, [Answer::failure(TransportErrorKind::NotPublic)]);
    let error = read(&f).await.unwrap_err();
    assert!(error.is_refused_link() && error.attempts() == 1, "{error}");
}

#[tokio::test]
async fn periods_and_dates_are_arguments() {
    let f = fixture();
    let path = "/v1.0/reports/getMailboxUsageDetail(date=2026-01-31)";
    f.graph.on(path, [Answer::status(200).body(CSV)]);
    let request = |date: &str| {
        f.client
            .report::<Usage>("getMailboxUsageDetail")
            .period(ReportPeriod::Date(date.to_owned()))
            .send()
    };
    assert_eq!(request("2026-01-31").await.unwrap().rows().count(), 2);
    for bad in ["", "31.01.2026", "2026-1-31", "2026-01-31)/x"] {
        assert!(
            request(bad).await.unwrap_err().is_invalid_request(),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn whether_names_are_concealed_is_asked_and_not_guessed() {
    for (body, concealed) in [
        (r#"{"displayConcealedNames":true}"#, Some(true)),
        (r#"{"value":{"displayConcealedNames":false}}"#, Some(false)),
        ("{}", None),
    ] {
        let f = fixture();
        f.graph
            .on("/v1.0/admin/reportSettings", [Answer::json(body)]);
        assert_eq!(f.client.conceals_names().await.ok(), concealed, "{body}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_file_makes_it_panic(text in "(Report Refresh Date,Is Deleted\n)?[\\PC\",\r\n]{0,60}") {
        let f = with_file(&text);
        if let Ok(report) = futures::executor::block_on(read(&f)) {
            prop_assert!(report.rows().take(100).count() < 100);
        }
    }

    #[test]
    fn cells_arrive_as_written(cells in proptest::collection::vec("\\PC{0,12}", 1..8)) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let rows: Vec<String> = cells
            .iter()
            .map(|cell| format!("2026-01-01,{},no\n", quoted(cell)))
            .collect();
        let header = "Report Refresh Date,User Principal Name,Is Deleted\n";
        let csv = format!("{header}{}", rows.concat());
        let report = futures::executor::block_on(read(&with_file(&csv))).unwrap();
        let users: Vec<String> = report.rows().map(|row| row.unwrap().user).collect();
        prop_assert_eq!(users, cells);
    }
}

#[tokio::test]
async fn a_last_row_without_an_end_may_hold_lines_within_a_cell() {
    let file =
        "Report Refresh Date,User Principal Name,Is Deleted\n2026-01-01,\"a\nb\",\"Fal\nse\"";
    let report = read(&with_file(file)).await.unwrap();
    assert_eq!(report.rows().count(), 1);
}

#[tokio::test]
async fn a_file_that_breaks_off_or_is_a_page_of_something_in_between_is_asked_for_again() {
    let broken = [
        "",
        "<html>\nsorry</html>",
        "Report Refresh Date,User Principal Name,Is Deleted\n2026-01-01,a,False\n2026-01-01,b",
    ];
    for body in broken {
        let f = with_file(body);
        f.graph.on(FILE, [Answer::status(200).body(CSV)]);
        assert_eq!(read(&f).await.unwrap().rows().count(), 2, "{body}");
        let f = with_file(body);
        f.graph.on(FILE, vec![Answer::status(200).body(body); 7]);
        let error = read(&f).await.unwrap_err();
        assert!(error.is_unreadable() && error.is_decode(), "{body}");
        assert_eq!((error.status(), error.attempts()), (Some(200), 8));
    }
}
