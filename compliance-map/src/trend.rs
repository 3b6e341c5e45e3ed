//! A series of assessments of one tenant: how every control came to where it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::assess::{Assessment, ClauseResult, ControlResult};
use crate::directory::Ids;
use crate::framework::ControlRef;
use crate::summary::Counts;
use crate::verdict::Status;

/// Why a series cannot be read as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrendError {
    /// Two assessments are about different tenants.
    #[error(
        "the assessments are about different tenants, {first} and {other}; make a series of each"
    )]
    OtherTenant {
        /// The tenant of the first that names one.
        first: String,
        /// The one that differs.
        other: String,
    },
}

/// What one assessment says about a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Point {
    /// The time of the assessment.
    pub at: Timestamp,
    /// What was proven; `None` when the control was not assessed then.
    pub status: Option<Status>,
    /// How many of how many pass.
    pub ratio: Option<String>,
    /// How many are known to fail; `None` where nothing is known: not assessed, unknown, or left to a
    /// person altogether.
    pub failing: Option<usize>,
    /// Who is listed as failing and was not at the point before that knew something.
    pub joined: BTreeSet<String>,
    /// Who was listed as failing there and is not here. While evidence is missing here, that is no
    /// proof that they pass.
    pub left: BTreeSet<String>,
    /// Whether evidence is missing here, so that more may fail than are listed.
    pub incomplete: bool,
}

impl Point {
    /// Whether the series has a gap here: facts say nothing of who fails.
    pub fn is_gap(&self) -> bool {
        self.failing.is_none()
    }
}

/// Where a control went between the first and the last point at which facts decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direction {
    /// Proven better at the last point than at the first.
    Improved,
    /// Proven worse.
    Worsened,
    /// The same.
    Unchanged,
    /// Fewer than two points were decided by facts, or the last one was not.
    Unclear,
}

/// Since when somebody fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailingSince {
    /// The first assessment of the unbroken run in which they are listed.
    pub since: Timestamp,
    /// Whether gaps lie in between, in which nothing is known of them.
    pub gaps: bool,
    /// Whether the series begins with it, so that it may be longer.
    pub from_the_start: bool,
}

/// One control over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ControlTrend {
    /// The control.
    pub control: ControlRef,
    /// Its title, as of the last assessment that has it.
    pub title: String,
    /// One point for each assessment of the series.
    pub points: Vec<Point>,
    /// Where it went.
    pub direction: Direction,
    /// Everybody listed as failing at the last point, with since when. Empty when that is a gap.
    pub failing_since: BTreeMap<String, FailingSince>,
}

/// All controls of one assessment by status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Total {
    /// The time of the assessment.
    pub at: Timestamp,
    /// Its controls by status.
    pub counts: Counts,
}

/// How a tenant's controls developed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trend {
    /// All controls by status, the earliest assessment first.
    pub totals: Vec<Total>,
    /// Every control of any of them, in the order of the last assessment, then of the earlier ones.
    pub controls: Vec<ControlTrend>,
}

/// Follows every control through a series of assessments, given in any order.
///
/// What is unknown, left to a person or not assessed is a gap: no line is drawn through it. Whoever failed
/// before a gap and fails after it counts as failing throughout, with
/// [`gaps`](FailingSince::gaps) set.
///
/// # Errors
///
/// [`TrendError::OtherTenant`] when the assessments name different tenants.
///
/// ```
/// use compliance_map::{Catalogue, Facts, Options, assess, trend};
///
/// let at = |time: &str| -> Result<_, Box<dyn std::error::Error>> {
///     let options = Options::new(time.parse()?).controls(["cis-v8.1:6.3"]);
///     Ok(assess(&Facts::default(), &Catalogue::builtin(), &options)?)
/// };
/// let trend = trend(&[&at("2026-11-21T12:00:00Z")?, &at("2026-10-21T12:00:00Z")?])?;
/// assert!(trend.totals[0].at < trend.totals[1].at);
/// assert!(trend.controls[0].points.iter().all(|point| point.is_gap()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trend(series: &[&Assessment]) -> Result<Trend, TrendError> {
    one_tenant(series)?;
    let mut series: Vec<&Assessment> = series.to_vec();
    series.sort_by_key(|assessment| assessment.as_of);

    let indexed: Vec<BTreeMap<&ControlRef, &ControlResult>> = series
        .iter()
        .map(|assessment| assessment.results.iter().map(|r| (&r.control, r)).collect())
        .collect();
    let mut known: BTreeSet<&ControlRef> = BTreeSet::new();
    let mut controls = Vec::new();
    for result in series
        .iter()
        .rev()
        .flat_map(|assessment| &assessment.results)
    {
        if known.insert(&result.control) {
            let results = indexed.iter().map(|at| at.get(&result.control).copied());
            let times = series.iter().map(|assessment| assessment.as_of);
            controls.push(follow(result, &times.zip(results).collect::<Vec<_>>()));
        }
    }
    Ok(Trend {
        totals: series
            .iter()
            .map(|assessment| Total {
                at: assessment.as_of,
                counts: Counts::of(&assessment.results),
            })
            .collect(),
        controls,
    })
}

fn one_tenant(series: &[&Assessment]) -> Result<(), TrendError> {
    let mut tenants = series
        .iter()
        .filter_map(|a| a.tenant.as_ref())
        .map(|t| &t.id);
    let Some(first) = tenants.next() else {
        return Ok(());
    };
    match tenants.find(|other| *other != first) {
        None => Ok(()),
        Some(other) => Err(TrendError::OtherTenant {
            first: first.clone(),
            other: other.clone(),
        }),
    }
}

fn follow(named: &ControlResult, results: &[(Timestamp, Option<&ControlResult>)]) -> ControlTrend {
    let mut last_known: Option<&Ids> = None;
    let mut since: BTreeMap<String, FailingSince> = BTreeMap::new();
    let mut points = Vec::new();
    for (at, result) in results {
        let known = result.filter(|result| is_known(result));
        let (mut joined, mut left) = (BTreeSet::new(), BTreeSet::new());
        if let Some(known) = known {
            let failing = &known.subjects.failing;
            if let Some(before) = last_known {
                joined = failing.difference(before).map(str::to_owned).collect();
                left = before.difference(failing).map(str::to_owned).collect();
            }
            since.retain(|id, _| failing.contains(id));
            for id in failing {
                since.entry(id.to_owned()).or_insert(FailingSince {
                    since: *at,
                    gaps: false,
                    from_the_start: last_known.is_none(),
                });
            }
            last_known = Some(failing);
        } else {
            for failing in since.values_mut() {
                failing.gaps = true;
            }
        }
        points.push(Point {
            at: *at,
            status: result.map(|result| result.status),
            ratio: result.and_then(|result| result.ratio.clone()),
            failing: known.map(|result| result.subjects.failing.len()),
            joined,
            left,
            incomplete: result.is_some_and(|result| result.incomplete),
        });
    }
    let ends_known = points.last().is_some_and(|point| !point.is_gap());
    if !ends_known {
        since.clear();
    }
    ControlTrend {
        control: named.control.clone(),
        title: named.title.clone(),
        direction: direction(&points),
        points,
        failing_since: since,
    }
}

/// Whether facts say who fails. Where the rest waits for a person, they may well have shown that nobody
/// does.
fn is_known(result: &ControlResult) -> bool {
    let shown = |clause: &ClauseResult| clause.status == Status::Satisfied;
    result.status.proven().is_some()
        || (result.status == Status::Manual && result.clauses.iter().any(shown))
}

fn direction(points: &[Point]) -> Direction {
    let rank = |point: &Point| point.status.and_then(Status::proven);
    let last = points.last().and_then(rank);
    let mut known = points.iter().filter_map(rank);
    match (known.next(), known.next(), last) {
        (Some(first), Some(_), Some(last)) => match last.cmp(&first) {
            std::cmp::Ordering::Greater => Direction::Improved,
            std::cmp::Ordering::Less => Direction::Worsened,
            std::cmp::Ordering::Equal => Direction::Unchanged,
        },
        _ => Direction::Unclear,
    }
}
