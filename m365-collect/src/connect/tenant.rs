//! Whether what answers is the tenant that was asked for, and how far its clock is from ours.

use std::time::{Duration, SystemTime};

use graph_client::{Client, Error, RawResponse};
use serde::Deserialize;

use super::code::Code;
use super::connection::{ClockFound, ConnectedTenant};
use super::context::{Go, Missed, Test};
use super::diagnosis::Diagnosis;
use super::explain;
use super::permission;
use super::problem::Problem;
use super::stage::{Stage, StageState};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::organization::{self, Organization};

/// The answer of <https://learn.microsoft.com/graph/api/organization-list>.
#[derive(Deserialize)]
struct Organizations {
    value: Vec<Organization>,
}

/// A clock further off than this fails signed assertions.
const TOLERANCE: Duration = Duration::from_secs(300);

const ORGANIZATION: SourceId = SourceId::new("organization");

/// Tests tenant and clock; breaks where nothing more is to be read.
pub(super) async fn stage(test: &mut Test<'_>, token_tenant: Option<&str>) -> Go {
    let asked = test.client.tenant().as_str().to_owned();
    if organization::by_token(token_tenant, &asked) == Some(false) {
        test.found.stages.tenant =
            Stage::new(StageState::Failed, "the token is for another tenant");
        test.add(explain::wrong_tenant());
        return Go::Break(());
    }
    // The permissions of `organization` include that for people.
    let may_ask = test.may_read("Organization.Read.All") || test.may_read("User.Read.All");
    if !may_ask {
        told_by_token(test, &asked, token_tenant, Duration::ZERO);
        return Go::Continue(());
    }
    let client = test.client.clone();
    let (result, elapsed) = test.within(organization(&client)).await;
    match result {
        Ok(answer) => {
            test.is_accepted = true;
            clock(test, &answer);
            read(test, &asked, &answer, elapsed)
        }
        Err(missed) => failed(test, &asked, token_tenant, &missed, elapsed),
    }
}

async fn organization(client: &Client) -> Result<RawResponse, Error> {
    client
        .raw("organization")
        .select(["id", "displayName", "tenantType", "verifiedDomains"])
        .send()
        .await
}

fn read(test: &mut Test<'_>, asked: &str, answer: &RawResponse, elapsed: Duration) -> Go {
    let Ok(organizations) = serde_json::from_slice::<Organizations>(&answer.body) else {
        let diagnosis = explain::foreign("organization");
        test.found.stages.tenant =
            Stage::new(StageState::Failed, diagnosis.cause.clone()).taking(elapsed);
        test.add(diagnosis);
        return Go::Break(());
    };
    let Some(found) = organizations.value.into_iter().find(|o| o.is(asked)) else {
        test.found.stages.tenant = Stage::new(
            StageState::Failed,
            "another tenant answers than was asked for",
        )
        .taking(elapsed);
        test.add(explain::wrong_tenant());
        return Go::Break(());
    };
    if found.is_for_customers() {
        external(test);
    }
    let tenant = ConnectedTenant {
        id: found.id,
        display_name: found.display_name,
    };
    test.found.tenant = Some(tenant.clone());
    test.found.stages.tenant =
        Stage::passed("it is the tenant that was asked for", tenant).taking(elapsed);
    Go::Continue(())
}

fn failed(
    test: &mut Test<'_>,
    asked: &str,
    token_tenant: Option<&str>,
    missed: &Missed,
    elapsed: Duration,
) -> Go {
    let diagnosis = test.diagnose(missed);
    if let (Problem::Permission, Missed::Failed(error)) = (diagnosis.problem, missed) {
        test.is_accepted = true;
        told_by_token(test, asked, token_tenant, elapsed);
        if test
            .sources
            .iter()
            .any(|s| s.descriptor().id == ORGANIZATION)
        {
            let denied = denied(test, error);
            test.add(denied);
        }
        return Go::Continue(());
    }
    test.found.stages.tenant =
        Stage::new(StageState::NotKnown, diagnosis.cause.clone()).taking(elapsed);
    let goes_on = matches!(
        (diagnosis.problem, missed),
        (
            Problem::Service | Problem::Throttled | Problem::License,
            Missed::Failed(_)
        )
    );
    if goes_on {
        test.add(diagnosis.partial());
        Go::Continue(())
    } else {
        test.add(diagnosis);
        Go::Break(())
    }
}

/// The organization may not be read although it should be.
fn denied(test: &Test<'_>, error: &Error) -> Diagnosis {
    if test.roles.as_deref().is_some_and(<[String]>::is_empty) {
        return permission::no_consent(&test.found.sources);
    }
    super::calls::denied(test, ORGANIZATION.as_str(), ORGANIZATION, error)
}

/// The tenant by what the token says, which is for people only: the claims of a token are no
/// contract. <https://learn.microsoft.com/entra/identity-platform/access-tokens>
fn told_by_token(test: &mut Test<'_>, asked: &str, token_tenant: Option<&str>, elapsed: Duration) {
    test.found.stages.clock =
        Stage::not_known("the organization, whose answer tells the time, may not be read");
    let stage = match organization::by_token(token_tenant, asked) {
        Some(true) => {
            let tenant = ConnectedTenant {
                id: asked.to_owned(),
                display_name: None,
            };
            test.found.tenant = Some(tenant.clone());
            Stage::passed("the token is for the tenant that was asked for", tenant)
        }
        _ => Stage::not_known(
            "the application may not read the organization, and the token does not name the domain",
        ),
    };
    test.found.stages.tenant = stage.taking(elapsed);
}

fn external(test: &mut Test<'_>) {
    let delta: Vec<SourceId> = test
        .sources
        .iter()
        .map(|source| source.descriptor())
        .filter(|descriptor| descriptor.mode == SyncMode::Delta)
        .map(|descriptor| descriptor.id.clone())
        .collect();
    if !delta.is_empty() {
        test.add(
            Diagnosis::new(
                Code::ExternalTenant,
                "this is a tenant for customers (External ID or B2C), where changes cannot be \
                 asked for",
                "name the tenant of the organization's own people, or leave these sources out",
            )
            .blocking(delta)
            .partial(),
        );
    }
}

fn clock(test: &mut Test<'_>, answer: &RawResponse) {
    let date = answer
        .headers
        .get("date")
        .and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        test.found.stages.clock = Stage::not_known("the answer did not tell the service's time");
        return;
    };
    let (ahead, off) = difference(test.clock.now(), theirs);
    let found = ClockFound {
        ahead_seconds: ahead,
    };
    if off <= TOLERANCE {
        test.found.stages.clock = Stage::passed("within five minutes of the service's", found);
        return;
    }
    let way = if ahead > 0 { "ahead" } else { "behind" };
    let diagnosis = Diagnosis::new(
        Code::ClockSkew,
        format!(
            "the clock of this machine is {} s {way} of the service's",
            off.as_secs()
        ),
        "set the clock by a time service: certificates and signed assertions fail with a wrong one",
    )
    .warning();
    test.found.stages.clock =
        Stage::new(StageState::Warned, diagnosis.cause.clone()).finding(found);
    test.add(diagnosis);
}

/// How far our time is ahead of theirs, in seconds, and without the sign.
fn difference(ours: SystemTime, theirs: SystemTime) -> (i64, Duration) {
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match ours.duration_since(theirs) {
        Ok(ahead) => (seconds(ahead), ahead),
        Err(behind) => (-seconds(behind.duration()), behind.duration()),
    }
}
