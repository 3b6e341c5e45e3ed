//! A table of text, and how it is written.

use crate::tenant::Tenant;

/// Columns that name people, groups and sites.
const NAMING: [&str; 6] = [
    "User Principal Name",
    "Display Name",
    "Owner Display Name",
    "Owner Principal Name",
    "Site Id",
    "Site URL",
];

/// Rows under documented headers.
#[derive(Debug)]
pub(super) struct Table {
    headers: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(headers: &'static [&'static str], rows: Vec<Vec<String>>) -> Self {
        Self { headers, rows }
    }

    /// Leaves the headers alone.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }

    /// Puts a hash in the place of every name: the same for the same name, whatever the report.
    pub(super) fn conceal(&mut self, tenant: &Tenant) {
        for (column, header) in self.headers.iter().enumerate() {
            if !NAMING.contains(header) {
                continue;
            }
            for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(column)) {
                if !cell.is_empty() {
                    *cell = hash(tenant, cell);
                }
            }
        }
    }

    /// With the mark that files of the service begin with.
    pub(super) fn into_text(self) -> String {
        let mut text = String::from("\u{feff}");
        write_row(&mut text, self.headers.iter().copied());
        for row in &self.rows {
            write_row(&mut text, row.iter().map(String::as_str));
        }
        text
    }
}

fn hash(tenant: &Tenant, text: &str) -> String {
    let text = text.to_lowercase();
    format!(
        "{:016X}{:016X}",
        tenant.draw(&text, 1),
        tenant.draw(&text, 2)
    )
}

fn write_row<'c>(text: &mut String, cells: impl Iterator<Item = &'c str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        let table = Table::new(
            &["A", "B"],
            vec![vec!["x,y".to_owned(), "say \"z\"".to_owned()]],
        );
        assert_eq!(
            table.into_text(),
            "\u{feff}A,B\r\n\"x,y\",\"say \"\"z\"\"\"\r\n"
        );
    }

    #[test]
    fn only_columns_that_name_somebody_are_concealed() {
        let tenant = Tenant::example();
        let row = || vec!["Megan".to_owned(), "7".to_owned()];
        let mut table = Table::new(&["Display Name", "Send Count"], vec![row(), row()]);
        table.conceal(&tenant);
        let first = table.rows[0].clone();
        assert_eq!(table.rows[1], first);
        assert_eq!(first[1], "7");
        assert!(
            first[0].len() == 32
                && first[0]
                    .chars()
                    .all(|digit| "0123456789ABCDEF".contains(digit))
        );
    }
}
