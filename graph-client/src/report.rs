//! Usage reports: a redirect to a file, and its rows.
//!
//! <https://learn.microsoft.com/graph/api/resources/report>

mod measure;
mod row;

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use self::measure::Measure;
use self::row::Row;
use crate::client::Client;
use crate::decode::{self, DecodeFailure};
use crate::error::{Error, ItemError, Result};
use crate::origin::HandedOver;
use crate::query::Target;
use crate::send::{Call, location};
use crate::workload::Workload;

/// The first column of every report.
const REFRESHED: &str = "Report Refresh Date";

impl Client {
    /// Reads a usage report such as `getOffice365ActiveUserDetail`, its rows as `T`.
    ///
    /// Fields are found by the header of their column: `#[serde(rename = "User Principal Name")]`.
    /// Columns are added from time to time; those that `T` does not name are skipped, or kept with
    /// `#[serde(flatten)] other: BTreeMap<String, String>`. An empty cell is `None`.
    ///
    /// ```no_run
    /// # async fn run(client: graph_client::Client) -> graph_client::Result<()> {
    /// use graph_client::ReportPeriod;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Activity {
    ///     #[serde(rename = "User Principal Name")]
    ///     user: String,
    ///     #[serde(rename = "Has Exchange License")]
    ///     exchange: Option<bool>,
    /// }
    ///
    /// let report = client
    ///     .report::<Activity>("getOffice365ActiveUserDetail")
    ///     .period(ReportPeriod::D30)
    ///     .send()
    ///     .await?;
    /// println!("as of {:?}", report.refreshed());
    /// for row in report.rows() {
    ///     println!("{}", row?.user);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Unless an administrator has changed it, names and addresses arrive as hashes: see
    /// [`conceals_names`](Self::conceals_names).
    pub fn report<T: DeserializeOwned>(&self, name: &str) -> ReportRequest<T> {
        ReportRequest {
            client: self.clone(),
            name: name.to_owned(),
            period: None,
            of: PhantomData,
        }
    }

    /// Whether reports of this tenant show hashes in the place of users, groups and sites, which
    /// then cannot be joined with anything.
    /// <https://learn.microsoft.com/graph/api/adminreportsettings-get>
    ///
    /// # Errors
    ///
    /// [`Error::is_permission_denied`] without `ReportSettings.Read.All`; [`Error::is_decode`] when
    /// the answer does not say.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn conceals_names(&self) -> Result<bool> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Settings {
            display_concealed_names: Option<bool>,
            // Some pages of the documentation show the object inside a `value`.
            value: Option<Box<Settings>>,
        }
        let request = self.get::<Settings>("admin/reportSettings");
        let settings = request.select_default().send().await?;
        settings
            .display_concealed_names
            .or(settings
                .value
                .and_then(|inner| inner.display_concealed_names))
            .ok_or_else(|| {
                Error::decode(DecodeFailure::shape(
                    "it does not say whether names are concealed",
                ))
            })
    }
}

/// What time a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportPeriod {
    /// The last seven days.
    D7,
    /// The last thirty days.
    D30,
    /// The last ninety days.
    D90,
    /// The last hundred and eighty days.
    D180,
    /// One day of the last thirty, as `2026-01-31`.
    Date(String),
}

impl ReportPeriod {
    /// The argument of the report's function, as it stands in the path: `(period='D7')`.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] for a date that is none.
    pub fn argument(&self) -> Result<String> {
        Ok(match self {
            Self::D7 => "(period='D7')".to_owned(),
            Self::D30 => "(period='D30')".to_owned(),
            Self::D90 => "(period='D90')".to_owned(),
            Self::D180 => "(period='D180')".to_owned(),
            Self::Date(date) => {
                let shape = |(at, byte): (usize, u8)| match at {
                    4 | 7 => byte == b'-',
                    _ => byte.is_ascii_digit(),
                };
                if date.len() != 10 || !date.bytes().enumerate().all(shape) {
                    return Err(Error::invalid_request(
                        "the date of a report is written as 2026-01-31",
                    ));
                }
                format!("(date={date})")
            }
        })
    }
}

/// A report to be read, made by [`Client::report`].
#[derive(Debug)]
#[must_use = "nothing is read until it is sent"]
pub struct ReportRequest<T> {
    client: Client,
    name: String,
    period: Option<ReportPeriod>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> ReportRequest<T> {
    /// The time that it is about; all but a few reports demand one.
    pub fn period(mut self, period: ReportPeriod) -> Self {
        self.period = Some(period);
        self
    }

    /// Asks for the report and downloads it.
    ///
    /// The file is elsewhere, behind a link that is a key in itself and holds for minutes: it gets
    /// no token, is shown nowhere, and is asked for anew when it no longer works.
    ///
    /// # Errors
    ///
    /// [`Error::is_permission_denied`] without `Reports.Read.All`; [`Error::is_refused_link`] when
    /// the file is not behind https at a public address and the usual port, or is redirected from
    /// there; [`Error::is_decode`] when it is not a report. Where the client's own Graph origin is on
    /// loopback, as a simulator's is, the file may be as well. Through a proxy it is the proxy that
    /// resolves names, and has to see to it that none leads into a private network. A file larger
    /// than [`max_body`](crate::ClientBuilder::max_body) is an error and not cut.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn send(self) -> Result<Report<T>> {
        let argument = self
            .period
            .as_ref()
            .map_or(Ok(String::new()), ReportPeriod::argument)?;
        let name = self.name.trim_start_matches("reports/");
        let target = Target::new(["reports".to_owned(), format!("{name}{argument}")]);
        let graph = &self.client.shared().graph;
        let url = target.url(graph)?;
        let mut expired = false;
        loop {
            let call = Call::get(url.clone(), HeaderMap::new(), Workload::of(&url));
            let handed = self
                .client
                .send(call.keep_redirect(), |answer| {
                    if answer.status == StatusCode::OK {
                        return Report::new(answer.body.clone()).map(Handed::File);
                    }
                    let link = location(&answer.headers).ok_or_else(Error::lost_download)?;
                    graph.handed_over(&url, &link).map(Handed::Link)
                })
                .await?;
            let file = match handed {
                Handed::File(file) => Ok(file),
                Handed::Link(link) => {
                    self.client
                        .send(Call::download(link), |answer| {
                            Report::new(answer.body.clone())
                        })
                        .await
                }
            };
            match file {
                Err(error) if error.is_lost_download() && !expired => expired = true,
                file => return file,
            }
        }
    }
}

enum Handed<T> {
    File(Report<T>),
    Link(HandedOver),
}

/// A report as downloaded; its rows are decoded as they are asked for.
#[derive(Clone)]
pub struct Report<T> {
    file: Bytes,
    columns: Vec<String>,
    refreshed: Option<String>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Report<T> {
    fn new(file: Bytes) -> Result<Self> {
        let start = decode::without_bom(&file).trim_ascii_start();
        // Nothing, or a page of something in between.
        let passing = start.is_empty() || start.starts_with(b"<");
        let wrong = || {
            let what = "it is not a report in CSV";
            Error::decode(if passing {
                DecodeFailure::unreadable(what)
            } else {
                DecodeFailure::shape(what)
            })
        };
        let measure = Measure::of(decode::without_bom(&file));
        if !measure.is_bounded() {
            let failure = "it has more columns than a report has";
            return Err(Error::decode(DecodeFailure::shape(failure)));
        }
        let mut reader = reader(&file);
        let columns: Vec<String> = reader
            .headers()
            .map_err(|_| wrong())?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        let refreshed = columns
            .iter()
            .position(|name| name == REFRESHED)
            .ok_or_else(wrong)?;
        // The last row has no end and too few cells.
        if !file.ends_with(b"\n") && measure.last < columns.len() {
            let failure = "it breaks off in the middle of a row";
            return Err(Error::decode(DecodeFailure::unreadable(failure)));
        }
        let first = reader.records().next().and_then(std::result::Result::ok);
        let refreshed = first
            .and_then(|record| Some(record.get(refreshed)?.trim().to_owned()))
            .filter(|date| !date.is_empty());
        Ok(Self {
            file,
            columns,
            refreshed,
            of: PhantomData,
        })
    }

    /// The day up to which it counts, usually two days ago; nothing when there are no rows.
    pub fn refreshed(&self) -> Option<&str> {
        self.refreshed.as_deref()
    }

    /// The headers of its columns, those included that `T` does not know.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The file as received.
    pub fn file(&self) -> &Bytes {
        &self.file
    }

    /// The rows, in order. One that does not fit `T` is an `Err` with
    /// [`Error::is_malformed_item`], after which they go on.
    pub fn rows(&self) -> impl Iterator<Item = Result<T>> + '_ {
        let mut reader = reader(&self.file);
        let mut index = 0;
        std::iter::from_fn(move || {
            let mut record = csv::StringRecord::new();
            let row = match reader.read_record(&mut record) {
                Ok(false) => return None,
                Ok(true) if record.len() == self.columns.len() => {
                    Row::new(&self.columns, &record).decode(index)
                }
                Ok(true) => Err(ItemError::in_row(
                    index,
                    String::new(),
                    Some("as many cells as columns".to_owned()),
                )),
                Err(_) => Err(ItemError::in_row(
                    index,
                    String::new(),
                    Some("text in UTF-8".to_owned()),
                )),
            };
            index += 1;
            Some(row.map_err(Error::malformed_item))
        })
    }
}

fn reader(file: &Bytes) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(decode::without_bom(file))
}

impl<T> fmt::Debug for Report<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("columns", &self.columns)
            .field("refreshed", &self.refreshed)
            .field("bytes", &self.file.len())
            .finish_non_exhaustive()
    }
}
