//! A usage report.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use graph_client::{Report, ReportPeriod};
use serde::Deserialize;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::outcome::Completeness;
use crate::outcome::PartialReason;
use crate::record::{Change, Record};
use crate::run::Run;
use crate::source::Source;

/// Reads a usage report: each row is kept as an object of its cells, named by the headers of their
/// columns and in their order, an empty cell as null.
///
/// Unless an administrator changed it, a tenant [conceals
/// names](https://learn.microsoft.com/graph/api/adminreportsettings-get) in its reports. The
/// setting is never changed here. Rows with made-up names are kept under these, which are the same
/// in every report, and the outcome says that they can be joined to nothing else.
///
/// ```
/// use graph_client::ReportPeriod;
/// use m365_collect::sources::shape::ReportSource;
/// use m365_collect::{Descriptor, Kind};
///
/// let mailboxes = ReportSource::new(
///     Descriptor::full("mailbox_usages", "how mailboxes are used").permission("Reports.Read.All"),
///     Kind::MAILBOX_USAGE,
///     "getMailboxUsageDetail",
///     Some(ReportPeriod::D30),
///     &["User Principal Name"],
/// );
/// # drop(mailboxes);
/// ```
#[derive(Debug, Clone)]
pub struct ReportSource {
    descriptor: Descriptor,
    kind: Kind,
    name: &'static str,
    period: Option<ReportPeriod>,
    keys: &'static [&'static str],
    names: &'static str,
}

/// Names one row, in the order of the columns.
type Row = BTreeMap<String, Option<String>>;

/// Rows stored between two looks at whether the run goes on.
const ROWS: usize = 1000;

impl ReportSource {
    /// Reads a report by the name of its function, over this period where it wants one. The cells
    /// of `keys` together tell its rows apart.
    pub fn new(
        descriptor: Descriptor,
        kind: Kind,
        name: &'static str,
        period: Option<ReportPeriod>,
        keys: &'static [&'static str],
    ) -> Self {
        let mut endpoint = Endpoint::new("reports");
        // What is wrong with it is told when the report is asked for.
        let argument = period.as_ref().and_then(|period| period.argument().ok());
        let argument = argument.unwrap_or_default();
        endpoint.path = format!("reports/{name}{argument}").into();
        Self {
            descriptor: descriptor.kind(kind.clone()).endpoint(endpoint),
            kind,
            name,
            period,
            keys,
            names: keys.first().copied().unwrap_or_default(),
        }
    }

    /// Names that would be concealed stand in this column, and not in the first of the keys.
    #[must_use]
    pub fn names_in(mut self, column: &'static str) -> Self {
        self.names = column;
        self
    }

    fn record(&self, columns: &[String], row: &Row) -> Option<Record> {
        let mut keys = Vec::with_capacity(self.keys.len());
        for key in self.keys {
            keys.push(row.get(*key)?.as_deref()?);
        }
        let raw = serde_json::value::to_raw_value(&Object { columns, row }).ok()?;
        Some(Record::new(self.kind.clone(), keys.join("/"), raw))
    }

    /// An identity that no other row of the report has: the key cells are what Microsoft puts there,
    /// and in some tenants it is the same in every row, as the id of sites is.
    fn told_apart(id: String, taken: &mut HashMap<String, u64>) -> String {
        let mut times = match taken.get(&id) {
            None => {
                taken.insert(id.clone(), 1);
                return id;
            }
            Some(times) => *times,
        };
        let apart = loop {
            times += 1;
            let apart = format!("{id}#{times}");
            if !taken.contains_key(&apart) {
                break apart;
            }
        };
        taken.insert(id, times);
        taken.insert(apart.clone(), 1);
        apart
    }

    /// Whether the rows hold made-up names; by the setting where no row tells.
    async fn conceals(&self, run: &Run<'_>, told: Told) -> Result<bool> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Settings {
            display_concealed_names: Option<bool>,
        }
        Ok(match told {
            Told::Real => false,
            Told::Concealed => true,
            Told::Nothing => {
                let settings = run.stored(&Kind::REPORT_SETTINGS, None, 1).await?;
                let settings = settings.first().and_then(|one| one.view::<Settings>().ok());
                settings.is_some_and(|one| one.display_concealed_names == Some(true))
            }
        })
    }
}

/// What the names of a report look like.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Nothing,
    Real,
    Concealed,
}

/// A made-up name is a digest in hexadecimal digits. An address has an `@`, a site an address of
/// the web.
fn tells(name: &str) -> Told {
    if name.contains('@') || name.contains("://") {
        Told::Real
    } else if name.len() >= 16 && name.chars().all(|c| c.is_ascii_hexdigit()) {
        Told::Concealed
    } else {
        Told::Nothing
    }
}

/// The row as a JSON object with the columns in their order.
struct Object<'a> {
    columns: &'a [String],
    row: &'a Row,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            map.serialize_entry(column, &self.row.get(column))?;
        }
        map.end()
    }
}

#[async_trait]
impl Source for ReportSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let mut request = run.client().report::<Row>(self.name);
        if let Some(period) = &self.period {
            request = request.period(period.clone());
        }
        let report: Report<Row> = request.send().await?;
        if let Some(lacking) = self
            .keys
            .iter()
            .find(|key| !report.columns().iter().any(|column| column == *key))
        {
            return Err(Error::Contract {
                source_id: self.descriptor.id.clone(),
                what: format!("the report has no column {lacking}"),
            });
        }
        let mut told = Told::Nothing;
        let mut taken = HashMap::new();
        let mut changes = Vec::new();
        for row in report.rows() {
            let record = row.ok().and_then(|row| {
                if told != Told::Concealed
                    && let Some(Some(name)) = row.get(self.names)
                    && let seen @ (Told::Real | Told::Concealed) = tells(name)
                {
                    told = seen;
                }
                self.record(report.columns(), &row)
            });
            match record {
                Some(mut record) => {
                    record.id = Self::told_apart(record.id, &mut taken);
                    changes.push(Change::Upsert(record));
                }
                None => run.malformed(1),
            }
            if changes.len() >= ROWS {
                run.changes(std::mem::take(&mut changes)).await?;
            }
        }
        run.changes(changes).await?;
        Ok(if self.conceals(run, told).await? {
            Completeness::Partial(PartialReason::Concealed)
        } else {
            Completeness::Complete
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_names_are_told_from_real_ones() {
        assert_eq!(tells("adele@contoso.example"), Told::Real);
        assert_eq!(tells("https://contoso.example/sites/a"), Told::Real);
        assert_eq!(tells("F7BFFE32CA1B33E6B6BE3C2C4B4A1B2C"), Told::Concealed);
        assert_eq!(tells(""), Told::Nothing);
        assert_eq!(tells("Team site"), Told::Nothing);
    }

    #[test]
    fn no_two_rows_have_one_identity_whatever_their_cells_say() {
        let mut taken = HashMap::new();
        let rows = ["a", "a#2", "a", "b", "a", "a#2", "a#3"];
        let ids: Vec<String> = rows
            .map(|id| ReportSource::told_apart(id.to_owned(), &mut taken))
            .into();
        assert_eq!(ids, ["a", "a#2", "a#3", "b", "a#4", "a#2#2", "a#3#2"]);
    }

    #[test]
    fn a_row_keeps_the_order_of_its_columns() {
        let columns = ["Z".to_owned(), "A".to_owned()];
        let row = Row::from([
            ("A".to_owned(), None),
            ("Z".to_owned(), Some("1".to_owned())),
        ]);
        let object = Object {
            columns: &columns,
            row: &row,
        };
        assert_eq!(
            serde_json::to_string(&object).unwrap(),
            r#"{"Z":"1","A":null}"#
        );
    }
}
