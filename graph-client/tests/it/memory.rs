//! How much memory an answer of the largest size takes at most. What is measured is a whole process,
//! so this program is started again for it alone.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use crate::support::{Fixture, User, alone, fixture};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use graph_client::test_util::Answer;
use graph_client::{BatchRequest, Error};

const LARGEST: usize = 64 * 1024 * 1024;
/// In kibibytes.
const MOST: u64 = 200_000_000 / 1024;

/// As many items as fit between these into the largest answer.
fn filled(head: &str, tail: &str) -> Bytes {
    let mut body = Vec::with_capacity(LARGEST);
    body.extend_from_slice(head.as_bytes());
    while body.len() + tail.len() + 3 < LARGEST {
        body.extend_from_slice(b"0,");
    }
    body.push(b'0');
    body.extend_from_slice(tail.as_bytes());
    body.into()
}

/// The most memory that this process ever had.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn with(path: &str, head: &str, tail: &str) -> Fixture {
    let f = fixture();
    f.graph
        .on(path, [Answer::status(200).bytes(filled(head, tail))]);
    f
}

fn check<T>(what: &str, result: Result<T, Error>) {
    assert!(result.is_err_and(|error| error.is_too_large()), "{what}");
    assert!(peak() < MOST, "{what}: {} kB", peak());
}

#[test]
fn no_page_however_full_takes_much_more_than_its_own_size() {
    alone::start("memory::measured_alone");
}

/// Not a test by itself: what the process does that is measured.
#[tokio::test]
async fn measured_alone() {
    if !alone::is() {
        return;
    }
    let f = with("/v1.0/users", r#"{"value":["#, "]}");
    check(
        "list",
        f.client.list::<User>("users").items().next().await.unwrap(),
    );
    let f = with("/v1.0/users", r#"{"value":["#, "]}");
    check(
        "numbers",
        f.client.list::<u64>("users").items().next().await.unwrap(),
    );
    let f = with("/v1.0/users", r#"{"value":["#, "]}");
    check(
        "raw",
        f.client
            .list::<User>("users")
            .raw_pages()
            .next()
            .await
            .unwrap(),
    );
    let f = with(
        "/v1.0/users/delta",
        r#"{"value":["#,
        r#"],"@odata.deltaLink":"/d"}"#,
    );
    check(
        "delta",
        f.client
            .delta::<User>("users")
            .events()
            .next()
            .await
            .unwrap(),
    );
    let (head, tail) = (
        r#"{"responses":[{"id":"0","status":200,"body":{"value":["#,
        "]}}]}",
    );
    let f = with("/v1.0/$batch", head, tail);
    let parents = stream::iter([BatchRequest::get("groups/a/members")]);
    check(
        "fan-out",
        f.client
            .fan_out::<User>(parents)
            .next()
            .await
            .unwrap()
            .result,
    );
    let path = "/v1.0/reports/getEmailActivityUserDetail";
    for head in ["Report Refresh Date,", "Report Refresh Date\n"] {
        let f = with(path, head, "\n");
        let report = f.client.report::<User>("getEmailActivityUserDetail");
        assert!(report.send().await.unwrap_err().is_decode());
        assert!(peak() < MOST, "report: {} kB", peak());
    }
    let f = with("/v1.0/$batch", r#"{"responses":["#, "]}");
    let answers = f
        .client
        .batch(vec![BatchRequest::get("users/a")])
        .await
        .unwrap();
    check("batch", answers[0].result.as_ref().map_err(Clone::clone));
}
