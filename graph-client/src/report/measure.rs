//! How wide a table is, found without keeping any of it: a row of nothing but commas would take
//! eight times its size in memory.

use csv_core::{ReadFieldResult, Reader};

/// More columns than any report has, and more bytes than their names have.
const MAX_CELLS: usize = 1_000;
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// The shape of a table.
#[derive(Debug, Default)]
pub(super) struct Measure {
    /// The cells of the last row, or of the header where that is the last.
    pub(super) last: usize,
    widest: usize,
    header_bytes: usize,
}

impl Measure {
    pub(super) fn of(mut csv: &[u8]) -> Self {
        let mut measure = Self::default();
        let (mut reader, mut scratch) = (Reader::new(), [0; 1024]);
        let (mut cells, mut is_header) = (0, true);
        while measure.is_bounded() {
            let (result, read, written) = reader.read_field(csv, &mut scratch);
            csv = csv.get(read..).unwrap_or_default();
            if is_header {
                measure.header_bytes += written;
            }
            match result {
                // The next reading, of nothing, is the end.
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => {
                    cells += 1;
                    measure.widest = measure.widest.max(cells);
                    if record_end {
                        measure.last = std::mem::take(&mut cells);
                        is_header = false;
                    }
                }
                ReadFieldResult::End => break,
            }
        }
        measure
    }

    /// Whether it can be a report.
    pub(super) const fn is_bounded(&self) -> bool {
        self.widest <= MAX_CELLS && self.header_bytes <= MAX_HEADER_BYTES
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_sees_the_rows_that_are_read(text in "[ab,\"\r\n]{0,60}") {
            let mut reader = csv::ReaderBuilder::new()
                .flexible(true)
                .has_headers(false)
                .from_reader(text.as_bytes());
            let mut row = csv::ByteRecord::new();
            let (mut widest, mut last) = (0, 0);
            while reader.read_byte_record(&mut row).unwrap() {
                last = row.len();
                widest = widest.max(last);
            }
            let measure = Measure::of(text.as_bytes());
            prop_assert_eq!((measure.widest, measure.last), (widest, last));
        }
    }
}
